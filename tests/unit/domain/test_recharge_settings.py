"""Settings of auto-recharge while something is open, and when a limit overtakes them."""

from typing import Any

import pytest

from tests.unit.domain.deciding import UNIT, armed, auto_recharge, call
from tests.unit.domain.living import Life
from worker.domain.event import AccountChanged, PaymentMethodSet
from worker.domain.message import Notice
from worker.domain.policy import overtaken
from worker.domain.recharge import RechargeLimits


def limit(units: int) -> AccountChanged:
    return AccountChanged(None, units * UNIT, "USD", None, None)


def told(life: Life) -> list[tuple[str, dict[str, int], dict[str, str | int]]]:
    bodies = [one.body for one in life.said if isinstance(one.body, Notice)]
    return [(one.reason, one.amounts, one.facts) for one in bodies if one.name == "recharge.invalid"]


def test_a_payment_method_is_asked_with_from_then_on() -> None:
    life = Life(armed(5 * UNIT))
    life.take(call())
    life.hear(PaymentMethodSet("pm-2", None))
    assert (life.row.payment_method, len(life.asked)) == ("pm-2", 1)

    life.hear(PaymentMethodSet(None, None), "e-none")
    assert life.row.payment_method is None


def test_case_12_a_raised_trigger_asks_at_once_and_other_settings_leave_an_open_request_alone() -> None:
    life = Life(armed(50 * UNIT))
    life.hear(auto_recharge(trigger_micros=60 * UNIT))
    (asked,) = life.open

    life.hear(auto_recharge(trigger_micros=70 * UNIT, amount_micros=90 * UNIT))
    life.hear(auto_recharge(enabled=False))

    assert life.open == [asked]
    assert len(life.said) == 1


def test_switched_off_an_open_request_still_lives_its_life() -> None:
    life = Life(armed(5 * UNIT))
    life.take(call())
    life.hear(auto_recharge(enabled=False))
    life.wait(900)
    life.wait(60)

    assert [one.attempt for one in life.asked] == [1, 2]


def test_a_lower_credit_limit_that_overtakes_the_trigger_is_told_once_and_disarms_nothing() -> None:
    life = Life(armed(5 * UNIT, credit_limit_micros=50 * UNIT, recharge_enabled=False))
    life.hear(auto_recharge(trigger_micros=-20 * UNIT))
    life.hear(limit(20))

    assert told(life) == [
        ("trigger_at_or_below_depletion", {"value": -20 * UNIT, "nearest": -19_990_000}, {"field": "trigger"})
    ]
    life.take(call(duration_s=30 * 60))
    assert (len(told(life)), len(life.open)) == (1, 1)


def test_a_credit_limit_that_leaves_the_settings_possible_is_not_spoken_of() -> None:
    life = Life(armed(50 * UNIT))
    life.hear(limit(20))
    life.hear(limit(0))

    assert told(life) == []


@pytest.mark.parametrize(
    ("limits", "given", "found"),
    [
        pytest.param(
            {"minimum_units": 25}, {}, ("amount_below_minimum", "amount", 20, 25), id="a larger minimum"
        ),
        pytest.param(
            {"maximum_units": 15}, {}, ("amount_above_maximum", "amount", 20, 15), id="a smaller maximum"
        ),
        pytest.param({"step_minor": 300}, {}, ("amount_off_step", "amount", 20, 21), id="a coarser step"),
        pytest.param(
            {"minimum_units": 25},
            {"recharge_amount_micros": None, "recharge_target_micros": 30 * UNIT},
            ("target_too_near_trigger", "target", 30, 35),
            id="a target that is too near now",
        ),
        pytest.param(
            {"maximum_units": 15},
            {"recharge_amount_micros": None, "recharge_target_micros": 30 * UNIT},
            ("amount_above_maximum", "target", 30, 25),
            id="a target that is too far now",
        ),
        pytest.param(
            {}, {"monthly_cap_micros": 10 * UNIT}, ("cap_below_amount", "monthly_cap", 10, 20), id="a cap"
        ),
        pytest.param(
            {}, {"recharge_amount_micros": 20_005_000},
            ("finer_than_minor_unit", "amount", 20.005, 20.01), id="half a cent",
        ),
        pytest.param({}, {}, None, id="nothing"),
        pytest.param({"minimum_units": 25}, {"recharge_enabled": False}, None, id="switched off"),
    ],
)  # fmt: skip
def test_stored_settings_are_held_against_limits(
    limits: dict[str, Any], given: dict[str, Any], found: tuple[str, str, float, float] | None
) -> None:
    flaw = overtaken(armed(50 * UNIT, **given), RechargeLimits(**limits))

    assert (flaw and (flaw[:2], flaw[2] / UNIT, flaw[3] / UNIT)) == (found and (found[:2], *found[2:]))
