import pytest

from worker.domain.explanation import explain_leg
from worker.domain.rating import price_leg
from worker.domain.tariff import (
    Deck,
    Decks,
    DeckVersion,
    Tariff,
    VersionCompiler,
    VersionTerms,
    compile_version,
)
from worker.domain.tariff_row import TariffRow, canonical_order
from worker.domain.usage import Leg

TERMS = VersionTerms(0, "UTC")


def row(
    prefix: str, *, service: str = "", number_type: str = "", origin: str = "", cents: int = 1
) -> TariffRow:
    return TariffRow(service, number_type, origin, prefix, f"to {prefix}", 0, 0, cents * 10_000)


def version(*rows: TariffRow) -> DeckVersion:
    return compile_version(1, TERMS, sorted(rows, key=canonical_order))


def call(number: str, number_type: str = "toll", *, service: str = "outbound", origin: str = "") -> Leg:
    return Leg(service, number, number_type, origin, 1_772_618_400, 60, "", "")


def found(deck: DeckVersion, leg: Leg) -> Tariff | None:
    return deck.look_up((leg.number[: deck.longest], leg.service, leg.number_type, leg.origin))


@pytest.mark.parametrize("number_type", ["emergency", "short_code"])
@pytest.mark.parametrize("number", ["911", "112", "4118", "41144", "91100"])
def test_case_39_a_short_number_is_never_priced_as_india_or_switzerland(
    number: str, number_type: str
) -> None:
    deck = version(row("91"), row("41"), row("1"), row(""), row("91", service="outbound"))

    price = price_leg(deck, call(number, number_type))

    if number_type == "emergency":
        assert price is not None
        assert price.amount_micros == 0
    else:
        assert price is None


def test_an_emergency_call_without_a_tariff_is_explained_by_no_line() -> None:
    explanation = explain_leg(version(row("91")), call("911", "emergency"))

    assert explanation is not None
    assert (explanation.lines, explanation.prefix, explanation.label) == ((), "", "")


def test_a_short_code_is_priced_by_a_row_that_names_it() -> None:
    deck = version(row("41"), row("41", number_type="short_code", cents=5))

    price = price_leg(deck, call("41144", "short_code"))

    assert price is not None
    assert price.amount_micros == 50_000


def test_a_number_without_a_tariff_has_no_price() -> None:
    assert price_leg(version(row("49")), call("48123")) is None


def test_a_deck_without_rows_prices_nothing() -> None:
    assert price_leg(compile_version(1, TERMS, []), call("48123")) is None


def test_a_number_shorter_than_every_prefix_has_no_price() -> None:
    assert price_leg(version(row("4930")), call("493")) is None


def test_a_row_without_prefix_prices_any_number() -> None:
    price = price_leg(version(row("")), call("1"))

    assert price is not None
    assert price.prefix_length == 0


@pytest.mark.parametrize(
    ("number", "prefix"),
    [("4930123", "4930"), ("4930***", "4930"), ("493****", "49"), ("49*****", "49"), ("4******", "")],
)
def test_masked_digits_match_nothing(number: str, prefix: str) -> None:
    tariff = found(version(row(""), row("49"), row("4930")), call(number))

    assert tariff is not None
    assert tariff.prefix == prefix


def test_the_longest_prefix_is_found_whichever_rows_name_more() -> None:
    deck = version(
        row("4"), row("49", service="outbound"), row("493", number_type="toll"), row("4930", origin="DE")
    )

    prefixes = [found(deck, call("4930123", origin=origin)) for origin in ("DE", "FR")]

    assert [tariff and tariff.prefix for tariff in prefixes] == ["4930", "493"]


def test_hostile_origins_do_not_grow_the_memory() -> None:
    deck = version(row("49", origin="DE"), row("49"))

    for number in range(100_000):
        deck.look_up(("49", "outbound", "toll", f"X{number}"))

    assert len(deck.memo) <= 32_768
    assert len(deck._probes) == 1


def test_rows_may_come_in_slices_that_cut_a_tariff() -> None:
    rows = [row("48"), *(row("49")._replace(from_s=from_s) for from_s in (0, 60, 120)), row("50")]

    for size in range(1, 6):
        compiler = VersionCompiler(1, TERMS)
        for start in range(0, len(rows), size):
            compiler.add(rows[start : start + size])
        compiled = compiler.finish()

        tariffs = [found(compiled, call(number)) for number in ("48", "49", "50")]
        steps = [len(tariff.week.ladders[0]) if tariff and tariff.week else 1 for tariff in tariffs]
        assert steps == [1, 3, 1]


def test_the_version_in_force_when_a_call_started_is_found() -> None:
    versions = [compile_version(number, VersionTerms(number * 1000, "UTC"), []) for number in (1, 2, 3)]
    deck = Deck("standard", "USD", tuple(versions))

    times = (999, 1000, 1999, 2000, 2999, 3000, 10**12)
    chosen = [found_version and found_version.version_id for found_version in map(deck.version_at, times)]

    assert chosen == [None, 1, 1, 2, 2, 3, 3]


def test_decks_are_found_by_name() -> None:
    deck = Deck("standard", "USD", ())

    decks = Decks(7, {"standard": deck})

    assert decks.deck("standard") is deck
    assert decks.deck("Standard") is None
