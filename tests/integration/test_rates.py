import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from worker.adapters.deck_csv import DeckFile, read_deck
from worker.domain.rating import price_leg
from worker.domain.rounding import Rounding
from worker.domain.tariff import Decks, NewVersion, VersionTerms
from worker.domain.tariff_row import TariffRow, canonical_order
from worker.domain.usage import Leg
from worker.postgres.deck_versions import list_versions, read_rows
from worker.postgres.tariffs import ROWS_A_SLICE, load_decks, read_generation
from worker.postgres.transaction import transaction
from worker.transactions.import_deck import Imported, Refused, import_deck

if TYPE_CHECKING:
    from asyncpg import Pool, Record

STANDARD = Path(__file__).parents[1] / "acceptance" / "decks" / "standard.csv"
TERMS = VersionTerms(1_767_225_600, "Europe/Berlin", 10_000, Rounding.HALF_EVEN)
MARCH_S = 1_772_618_400
FAR_S = 4_000_000_000


def row(prefix: str, micros: int = 100_000) -> TariffRow:
    return TariffRow("", "", "", prefix, f"to {prefix}", 0, 0, micros)


def new(*rows: TariffRow, deck: str = "standard", currency: str = "USD", from_s: int = 0) -> NewVersion:
    return NewVersion(deck, currency, VersionTerms(from_s, "UTC"), rows)


async def load(pool: "Pool[Record]", previous: Decks | None = None) -> Decks:
    async with transaction(pool) as tx:
        return await load_decks(tx, previous=previous)


async def test_a_deck_comes_back_as_it_was_imported(pool: "Pool[Record]") -> None:
    read = read_deck(STANDARD.read_bytes())
    assert isinstance(read, DeckFile)

    imported = await import_deck(pool, NewVersion("standard", "USD", TERMS, read.rows))

    assert imported == Imported(version_id=1, rows=208, released=0)
    async with transaction(pool) as tx:
        (stored,) = await list_versions(tx, "standard")
        rows = await read_rows(tx, stored.version_id, 0)
    assert (stored.deck, stored.currency, stored.terms, stored.row_count) == ("standard", "USD", TERMS, 208)
    assert rows == read.rows


async def test_a_loaded_deck_prices_calls(pool: "Pool[Record]") -> None:
    read = read_deck(STANDARD.read_bytes())
    assert isinstance(read, DeckFile)
    await import_deck(pool, NewVersion("standard", "USD", TERMS, read.rows))

    deck = (await load(pool)).deck("standard")

    assert deck is not None
    assert deck.currency == "USD"
    version = deck.version_at(MARCH_S)
    assert version is not None
    price = price_leg(version, Leg("inbound", "18001234567", "toll_free", "US-payphone", MARCH_S, 61, "", ""))
    # 0.55 + 2 * 0.019 = 0.588, to a cent.
    assert price is not None
    assert price.amount_micros == 590_000


async def test_a_deck_larger_than_a_slice_is_loaded_whole(pool: "Pool[Record]") -> None:
    steps = [row("9")._replace(from_s=from_s) for from_s in range(3)]
    rows = sorted(
        [*steps, *(row(f"1{number:05}") for number in range(2 * ROWS_A_SLICE))], key=canonical_order
    )

    heard: list[int] = []
    await import_deck(pool, new(*rows), progress=heard.append)
    deck = (await load(pool)).deck("standard")

    assert heard == [len(rows)]
    assert deck is not None
    version = deck.versions[0]
    found = [version.look_up((one.prefix, "outbound", "toll", "")) for one in rows]
    assert [tariff and tariff.prefix for tariff in found] == [one.prefix for one in rows]
    tariff = version.look_up(("9", "outbound", "toll", ""))
    assert tariff is not None
    assert tariff.week is not None
    assert len(tariff.week.ladders[0]) == 3


async def test_no_deck_at_all_is_no_deck(pool: "Pool[Record]") -> None:
    decks = await load(pool)

    assert (decks.generation, decks.by_name) == (0, {})


async def test_the_same_version_again_changes_nothing(pool: "Pool[Record]") -> None:
    first = await import_deck(pool, new(row("49"), row("50")))
    again = await import_deck(pool, new(row("49"), row("50")))

    assert again == first == Imported(1, 2, 0)
    async with transaction(pool) as tx:
        assert await read_generation(tx) == 1


@pytest.mark.parametrize(
    ("second", "option"),
    [
        pytest.param(new(row("49", 5)), "effective-from", id="other prices at the same date"),
        pytest.param(new(row("49"), currency="EUR", from_s=FAR_S), "currency", id="another currency"),
        pytest.param(new(row("49"), from_s=1), "retroactive", id="a date that has passed"),
    ],
)
async def test_what_would_change_the_past_is_refused(
    pool: "Pool[Record]", second: NewVersion, option: str
) -> None:
    await import_deck(pool, new(row("49")))

    refused = await import_deck(pool, second)

    assert isinstance(refused, Refused)
    assert refused.option == option
    async with transaction(pool) as tx:
        assert await read_generation(tx) == 1
        assert len(await list_versions(tx)) == 1


@pytest.mark.parametrize("from_s", [FAR_S, -1000])
async def test_a_version_that_takes_over_no_past_needs_no_word(pool: "Pool[Record]", from_s: int) -> None:
    await import_deck(pool, new(row("49")))

    assert isinstance(await import_deck(pool, new(row("49", 5), from_s=from_s)), Imported)


async def test_a_retroactive_version_holds_from_its_date_on(pool: "Pool[Record]") -> None:
    await import_deck(pool, new(row("49")))
    await import_deck(pool, new(row("49", 5), from_s=1000), retroactive=True)

    deck = (await load(pool)).deck("standard")

    assert deck is not None
    chosen = [deck.version_at(time) for time in (-1, 0, 999, 1000, MARCH_S)]
    assert [version and version.version_id for version in chosen] == [None, 1, 1, 2, 2]


async def test_only_new_versions_are_loaded_again(pool: "Pool[Record]") -> None:
    await import_deck(pool, new(row("49")))
    before = await load(pool)
    await import_deck(pool, new(row("50"), deck="other", currency="EUR"))

    after = await load(pool, before)

    assert (before.generation, after.generation) == (1, 2)
    assert after.by_name["standard"].versions[0] is before.by_name["standard"].versions[0]
    assert sorted(after.by_name) == ["other", "standard"]


async def test_the_same_deck_imported_twice_at_once_is_one_version(pool: "Pool[Record]") -> None:
    results = await asyncio.gather(*(import_deck(pool, new(row("49"))) for _ in range(4)))

    assert results == [Imported(1, 1, 0)] * 4
    async with transaction(pool) as tx:
        assert len(await list_versions(tx)) == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE tariff SET label = ''", "DELETE FROM tariff", "DELETE FROM rate_deck_version"],
)
async def test_a_version_never_changes(pool: "Pool[Record]", statement: str) -> None:
    await import_deck(pool, new(row("49")))

    with pytest.raises(asyncpg.RaiseError, match="never change"):
        await pool.execute(statement)
