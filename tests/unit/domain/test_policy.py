import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.deciding import UNIT, auto_recharge
from worker.domain.event import AutoRechargeSet
from worker.domain.micros import parse_micros
from worker.domain.policy import impossible
from worker.domain.recharge import RechargeLimits
from worker.domain.rejection import Reason, Rejection

LIMITS = RechargeLimits()
NEAREST = re.compile(r"the nearest that works is (-?[0-9.]*[0-9])")


def judged(wanted: AutoRechargeSet, *, currency: str = "USD", credit_limit: int = 0) -> Rejection | None:
    return impossible(wanted, currency=currency, credit_limit_micros=credit_limit, limits=LIMITS)


def by_target(trigger: int, target: int, **given: object) -> AutoRechargeSet:
    return auto_recharge(trigger_micros=trigger, amount_micros=None, target_micros=target, **given)


@pytest.mark.parametrize(
    ("wanted", "field", "nearest"),
    [
        pytest.param(auto_recharge(amount_micros=20_005_000), "amount", "20.01", id="half a cent"),
        pytest.param(auto_recharge(trigger_micros=1), "trigger", "0.01", id="a trigger of one micro"),
        pytest.param(by_target(UNIT, 9_999_999), "target", "10", id="a target with micros"),
        pytest.param(auto_recharge(monthly_cap_micros=30 * UNIT + 1), "monthly_cap", "30.01", id="a cap"),
        pytest.param(auto_recharge(trigger_micros=0), "trigger", "0.01", id="a trigger of 0 (case 32)"),
        pytest.param(auto_recharge(trigger_micros=-5 * UNIT), "trigger", "0.01", id="a trigger below 0"),
        pytest.param(auto_recharge(amount_micros=0), "amount", "1", id="an amount of 0"),
        pytest.param(auto_recharge(amount_micros=990_000), "amount", "1", id="below the minimum"),
        pytest.param(auto_recharge(amount_micros=10_001 * UNIT), "amount", "10000", id="above the maximum"),
        pytest.param(by_target(5 * UNIT, 5 * UNIT), "target", "6", id="a target at the trigger"),
        pytest.param(by_target(5 * UNIT, 20_000 * UNIT), "target", "10005", id="a target too far"),
        pytest.param(auto_recharge(monthly_cap_micros=19 * UNIT), "monthly_cap", "20", id="a cap too low"),
        pytest.param(
            by_target(UNIT, 9 * UNIT, monthly_cap_micros=990_000), "monthly_cap", "1", id="for a target"
        ),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_nearest_that_do(
    wanted: AutoRechargeSet, field: str, nearest: str
) -> None:
    refused = judged(wanted)

    assert refused is not None
    assert (refused.reason, refused.field) == (Reason.POLICY_IMPOSSIBLE, f"data.{field}")
    assert NEAREST.findall(refused.detail) == [nearest]


def test_a_credit_limit_lets_the_trigger_be_negative() -> None:
    wanted = auto_recharge(trigger_micros=-5 * UNIT)

    assert judged(wanted, credit_limit=10 * UNIT) is None
    refused = judged(wanted, credit_limit=5 * UNIT)
    assert refused is not None
    assert NEAREST.findall(refused.detail) == ["-4.99"]


@pytest.mark.parametrize(
    ("wanted", "field", "nearest"),
    [
        pytest.param(auto_recharge(amount_micros=22_500_000), "amount", "25", id="an amount"),
        pytest.param(by_target(1_010_000, 20 * UNIT), "target", "21.01", id="a target"),
        pytest.param(auto_recharge(trigger_micros=0), "trigger", "0.01", id="a trigger of 0"),
    ],
)
def test_only_what_is_asked_for_comes_in_the_steps_of_the_payment_service(
    wanted: AutoRechargeSet, field: str, nearest: str
) -> None:
    in_fives = RechargeLimits(minimum_units=5, step_minor=500)
    taken = auto_recharge(trigger_micros=1_010_000, amount_micros=20 * UNIT, monthly_cap_micros=40_010_000)

    assert impossible(taken, currency="USD", credit_limit_micros=0, limits=in_fives) is None
    refused = impossible(wanted, currency="USD", credit_limit_micros=0, limits=in_fives)
    assert refused is not None
    assert (refused.field, NEAREST.findall(refused.detail)) == (f"data.{field}", [nearest])


@pytest.mark.parametrize(("currency", "amount"), [("JPY", 20_500_000), ("KWD", 20_000_500)])
def test_the_minor_unit_is_the_currencys(currency: str, amount: int) -> None:
    refused = judged(auto_recharge(amount_micros=amount), currency=currency)

    assert refused is not None
    assert refused.field == "data.amount"


@pytest.mark.parametrize(
    "wanted",
    [
        auto_recharge(),
        auto_recharge(enabled=False, trigger_micros=None, amount_micros=None),
        auto_recharge(enabled=False, trigger_micros=0),
        by_target(5 * UNIT, 6 * UNIT),
        auto_recharge(monthly_cap_micros=20 * UNIT),
        pytest.param(by_target(UNIT, 9 * UNIT, monthly_cap_micros=UNIT), id="a target is cut to its cap"),
    ],
)
def test_settings_that_can_work_are_taken(wanted: AutoRechargeSet) -> None:
    assert judged(wanted) is None


@given(
    trigger=st.integers(-20, 20),
    size=st.integers(-3, 12_000_000),
    targeted=st.booleans(),
    limit=st.integers(0, 10),
)
def test_the_nearest_works_once_everything_refused_is_replaced(
    trigger: int, size: int, targeted: bool, limit: int
) -> None:
    size_micros = size * 1_000
    wanted = auto_recharge(
        trigger_micros=trigger * 500_000,
        amount_micros=None if targeted else size_micros,
        target_micros=size_micros if targeted else None,
        monthly_cap_micros=50 * UNIT,
    )
    for _ in range(8):
        refused = judged(wanted, credit_limit=limit * UNIT)
        if refused is None:
            return
        (nearest,) = NEAREST.findall(refused.detail)
        name = refused.field.removeprefix("data.") + "_micros"
        given_now = {field: getattr(wanted, field) for field in AutoRechargeSet.__dataclass_fields__}
        wanted = AutoRechargeSet(**given_now | {name: parse_micros(nearest)})
    raise AssertionError(f"following the advice ends nowhere: {wanted}")
