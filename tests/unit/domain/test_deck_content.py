from typing import Any

import pytest

from worker.domain.deck_content import content_digest
from worker.domain.rounding import Rounding
from worker.domain.tariff import NewVersion, VersionTerms
from worker.domain.tariff_row import TariffRow

ROWS = (TariffRow("", "", "", "49", "Germany", 0, 0, 100_000), TariffRow("", "", "", "50", "", 0, 0, 1))
TERMS = VersionTerms(0, "UTC")
DECK = NewVersion("standard", "USD", TERMS, ROWS)


@pytest.mark.parametrize(
    "same",
    [
        NewVersion("other", "USD", TERMS, ROWS),
        NewVersion("standard", "USD", VersionTerms(7, "UTC"), ROWS),
        NewVersion("standard", "USD", TERMS, list(ROWS)),
    ],
    ids=["another name", "another date", "another kind of list"],
)
def test_name_and_date_are_no_content(same: NewVersion) -> None:
    assert content_digest(same) == content_digest(DECK)


OTHER_CELLS: dict[str, Any] = {
    "service": "outbound",
    "number_type": "toll",
    "origin": "DE",
    "prefix": "4",
    "label": "",
    "connection_fee_micros": 1,
    "from_s": 1,
    "price_per_minute_micros": 1,
    "initial_s": 1,
    "increment_s": 1,
    "weekdays": 1,
    "from_minute": 1,
    "to_minute": 1,
    "free_under_s": 1,
    "max_charge_micros": 0,
}


@pytest.mark.parametrize(
    "other",
    [
        NewVersion("standard", "EUR", TERMS, ROWS),
        NewVersion("standard", "USD", VersionTerms(0, "Europe/Berlin"), ROWS),
        NewVersion("standard", "USD", VersionTerms(0, "UTC", 10_000), ROWS),
        NewVersion("standard", "USD", VersionTerms(0, "UTC", 1, Rounding.DOWN), ROWS),
        NewVersion("standard", "USD", TERMS, ROWS[:1]),
        *(
            NewVersion("standard", "USD", TERMS, (ROWS[0]._replace(**{column: cell}), ROWS[1]))
            for column, cell in OTHER_CELLS.items()
        ),
    ],
)
def test_every_term_and_every_column_is_content(other: NewVersion) -> None:
    assert content_digest(other) != content_digest(DECK)
