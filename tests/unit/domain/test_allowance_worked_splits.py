"""Calls that a bundle pays in part, worked out on paper: `working` is the sum, rounded as the deck says."""

from datetime import datetime
from fractions import Fraction
from math import ceil
from typing import Any, Final, NamedTuple

import pytest

from tests.unit.domain.worked_calls import worked_out
from worker.domain.explanation import explain_leg
from worker.domain.rating import Paid, price_leg, price_rest
from worker.domain.rounding import Rounding
from worker.domain.tariff import VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg

UNIT: Final = 1_000_000
FLAT: Final = TariffRow("", "", "", "49", "", 0, 0, UNIT)
FEE: Final = FLAT._replace(connection_fee_micros=50_000)
STEPS: Final = [FLAT, FLAT._replace(from_s=120, price_per_minute_micros=400_000)]
# Dear from 8 to 18 o'clock in Berlin, cheap else; each has its own fee and increments.
PEAK: Final = [
    FEE._replace(from_minute=480, to_minute=1080, increment_s=6, initial_s=30),
    FEE._replace(
        from_minute=1080, to_minute=480, price_per_minute_micros=100_000, initial_s=1, increment_s=1
    ),
]


class Split(NamedTuple):
    """A call of so many seconds of which bundles have so many left, and what is left to money."""

    rows: list[TariffRow]
    duration_s: int
    left_s: int
    billable_s: int
    working: str
    started: str = "2026-03-02T12:00:00+01:00"
    terms: dict[str, Any] = {}  # noqa: RUF012 -- never changed


SPLITS: Final = {
    "61 s at 60/60 are 120, all from the bundle": Split([FLAT], 61, 120, 120, "0"),
    "the bundle ends inside the second increment": Split([FLAT], 61, 90, 120, "1 * 30 / 60"),
    "the bundle ends with the first increment": Split([FLAT], 61, 60, 120, "1 * 60 / 60"),
    "one second of it is left": Split([FLAT], 60, 1, 60, "1 * 59 / 60"),
    "all but one second": Split([FLAT], 60, 59, 60, "1 * 1 / 60"),
    "nothing is left": Split([FLAT], 61, 0, 120, "1 * 120 / 60"),
    "30/6": Split([FLAT._replace(initial_s=30, increment_s=6)], 31, 33, 36, "1 * 3 / 60"),
    "1/1": Split([FLAT._replace(initial_s=1, increment_s=1)], 59, 20, 59, "1 * 39 / 60"),
    "no initial interval": Split([FLAT._replace(initial_s=0, increment_s=30)], 31, 45, 60, "1 * 15 / 60"),
    "the fee is paid with the first second": Split([FEE], 60, 1, 60, "1 * 59 / 60"),
    "and by money when the bundle is empty": Split([FEE], 60, 0, 60, "0.05 + 1 * 60 / 60"),
    "the fee of a call that the bundle pays whole": Split([FEE], 60, 600, 60, "0"),
    "ends in the first step": Split(STEPS, 300, 90, 300, "1 * 30 / 60 + 0.4 * 180 / 60"),
    "ends where the step does": Split(STEPS, 300, 120, 300, "0.4 * 180 / 60"),
    "ends in the second step": Split(STEPS, 300, 130, 300, "0.4 * 170 / 60"),
    # 17:59:00 Berlin: 60 s dear (30, then 6 by 6), the rest cheap.
    "ends before the window does": Split(
        PEAK, 100, 40, 100, "1 * 20 / 60 + 0.1 * 40 / 60", "2026-03-02T17:59:00+01:00"
    ),
    "ends after the window did": Split(PEAK, 100, 70, 100, "0.1 * 30 / 60", "2026-03-02T17:59:00+01:00"),
    # 17:58:57: the last dear increment begins at 17:59:57 and reaches 3 s into the cheap hours.
    "ends inside an increment that crosses": Split(
        PEAK, 100, 64, 100, "1 * 2 / 60 + 0.1 * 34 / 60", "2026-03-02T17:58:57+01:00"
    ),
    # 01:59:30 CET: an hour is skipped, which no increment sees.
    "while clocks go forward": Split([FLAT], 90, 61, 120, "1 * 59 / 60", "2026-03-29T01:59:30+01:00"),
    "while clocks go back": Split([FLAT], 90, 61, 120, "1 * 59 / 60", "2026-10-25T02:59:30+02:00"),
    "the cap holds for what is left": Split([FLAT._replace(max_charge_micros=300_000)], 600, 60, 600, "0.3"),
    "below the cap": Split([FLAT._replace(max_charge_micros=300_000)], 600, 590, 600, "1 * 10 / 60"),
    "too short to cost anything": Split([FLAT._replace(free_under_s=6)], 5, 600, 0, "0"),
    "of no length": Split([FLAT], 0, 600, 0, "0"),
    "rounded once, after the split": Split(
        [FLAT], 60, 57, 60, "1 * 3 / 60", terms={"round_to_micros": 200_000}
    ),
    "rounded down to nothing": Split(
        [FLAT], 60, 57, 60, "0", terms={"round_to_micros": 200_000, "rounding": Rounding.DOWN}
    ),
}


@pytest.mark.parametrize("split", SPLITS.values(), ids=SPLITS.keys())
def test_a_split_costs_what_was_worked_out(split: Split) -> None:
    version = compile_version(1, VersionTerms(0, "Europe/Berlin", **split.terms), split.rows)
    started_s = int(datetime.fromisoformat(split.started).timestamp())
    leg = Leg("outbound", "4930123456", "toll", "", started_s, split.duration_s, "", "")
    whole = price_leg(version, leg)
    assert whole is not None
    assert whole.billable_s == split.billable_s
    paid_s = min(split.left_s, split.billable_s)

    price = price_rest(version, leg, whole, (Paid(1, paid_s),) if paid_s else ())
    explanation = explain_leg(version, leg, paid_s)

    unit = split.terms.get("round_to_micros", 1)
    assert price.amount_micros == ceil(worked_out(split.working) * Fraction(UNIT, unit)) * unit
    assert explanation is not None
    assert explanation.price.amount_micros == price.amount_micros
    assert sum(line.amount_micros for line in explanation.lines) == price.amount_micros
    assert sum(line.allowance_s for line in explanation.lines) == paid_s


def test_a_line_says_how_many_of_its_seconds_a_bundle_paid() -> None:
    version = compile_version(1, VersionTerms(0, "UTC"), STEPS)

    explanation = explain_leg(version, Leg("outbound", "49301", "toll", "", 0, 300, "", ""), 130)

    assert explanation is not None
    assert [tuple(line) for line in explanation.lines] == [
        (0, 120, UNIT, 120, 0, 120),
        (120, 300, 400_000, 180, 1_133_334, 10),
    ]
