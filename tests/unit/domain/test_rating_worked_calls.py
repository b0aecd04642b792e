from fractions import Fraction
from math import ceil, floor

import pytest

from tests.unit.domain.worked_calls import DECKS, WorkedCall, deck_version, worked_calls, worked_out
from worker.domain.explanation import explain_leg
from worker.domain.micros import MICROS_PER_UNIT, format_micros, parse_micros
from worker.domain.rating import price_leg

CALLS = list(worked_calls())


@pytest.mark.parametrize("call", CALLS, ids=[call.case for call in CALLS])
def test_case_16_a_call_costs_what_an_accountant_works_out(call: WorkedCall) -> None:
    price = price_leg(deck_version(call.deck), call.leg)

    assert price is not None
    assert format_micros(price.amount_micros) == call.amount


@pytest.mark.parametrize("call", CALLS, ids=[call.case for call in CALLS])
def test_case_16_the_lines_of_a_call_add_up_and_cover_it(call: WorkedCall) -> None:
    price = price_leg(deck_version(call.deck), call.leg)
    explanation = explain_leg(deck_version(call.deck), call.leg)

    assert price is not None
    assert explanation is not None
    assert explanation.price == price
    assert sum(line.amount_micros for line in explanation.lines) == price.amount_micros
    assert sum(line.billable_s for line in explanation.lines) == price.billable_s
    ends = [0, *(line.to_s for line in explanation.lines)]
    assert [line.from_s for line in explanation.lines] == ends[:-1]
    assert ends[-1] == (call.leg.duration_s if explanation.lines else 0)


@pytest.mark.parametrize("call", CALLS, ids=[call.case for call in CALLS])
def test_the_table_holds_what_its_sums_give(call: WorkedCall) -> None:
    unit = Fraction(DECKS[call.deck][2], MICROS_PER_UNIT)
    units = worked_out(call.working) / unit
    rounded = {
        "up": ceil(units),
        "down": floor(units),
        "half_up": floor(units + Fraction(1, 2)),
        "half_even": round(units),
    }[DECKS[call.deck][3]]

    assert Fraction(parse_micros(call.amount), MICROS_PER_UNIT) == rounded * unit


def test_the_table_is_large_and_names_each_case_once() -> None:
    assert len({call.case for call in CALLS}) == len(CALLS) >= 150
