"""A ledger whose prices change: a second version of its deck takes over from the day before."""

from typing import Any

from tests.unit.domain.deciding import DAY_S, NOW_S, UNIT, lot
from tests.unit.domain.owned import owning
from tests.unit.domain.revising import Ledger
from worker.domain.facts import Wanted
from worker.domain.rerating import Rerated, Window, rerate
from worker.domain.tariff import Deck, Decks, VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Usage

WINDOW = Window("standard", NOW_S - 30 * DAY_S, NOW_S)

FROM_S = NOW_S - DAY_S


def decks(*rows: TariffRow, from_s: int = FROM_S) -> Decks:
    """One unit a minute to Germany, until a second version takes over."""
    first = compile_version(7, VersionTerms(0, "UTC"), [row("49", UNIT, "Germany")])
    versions = (first, compile_version(8, VersionTerms(from_s, "UTC"), list(rows))) if rows else (first,)
    return Decks(3, {"standard": Deck("standard", "USD", versions)})


def row(prefix: str, price: int, label: str = "", **given: Any) -> TariffRow:  # noqa: ANN401 -- any column
    return TariffRow("", "", "", prefix, label, 0, 0, price, **given)


def charged(*usages: Usage, **given: Any) -> Ledger:  # noqa: ANN401 -- any column
    one = lot(1, 99 * UNIT)
    books = Ledger(owning(one, **given), one)
    books.given = {"decks": decks()}
    books.decide(*usages)
    return books


def again(books: Ledger, *rows: TariffRow, window: Window = WINDOW, from_s: int = FROM_S) -> Rerated:
    """Re-rate everything after a second version has come, and book it."""
    books.given = {**books.given, "decks": decks(*rows, from_s=from_s)}
    rerated = rerate(books.chains(), window, books.facts())
    assert not isinstance(rerated, Wanted)
    books.remember(rerated.draft)
    return rerated
