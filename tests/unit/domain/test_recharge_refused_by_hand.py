"""Amounts by hand that the payment service would not take."""

import pytest

from tests.unit.domain.deciding import UNIT, funded
from tests.unit.domain.living import Life
from worker.domain.draft import Outcome
from worker.domain.event import CreditRequested
from worker.domain.recharge import RechargeLimits
from worker.domain.rejection import Reason, Rejection


def wish(micros: int, currency: str = "USD") -> CreditRequested:
    return CreditRequested("q-1", micros, currency, "Ada")


@pytest.mark.parametrize(
    ("given", "reason", "field"),
    [
        pytest.param(wish(20 * UNIT, "EUR"), Reason.CURRENCY, "data.currency", id="EUR"),
        pytest.param(wish(UNIT - 10_000), Reason.POLICY_IMPOSSIBLE, "data.amount", id="too little"),
        pytest.param(wish(10_001 * UNIT), Reason.POLICY_IMPOSSIBLE, "data.amount", id="too much"),
    ],
)
def test_what_a_payment_service_would_not_take_is_refused(
    given: CreditRequested, reason: Reason, field: str
) -> None:
    life = Life(funded(50 * UNIT))

    refused = life.hear(given)

    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.field) == (reason, field)
    assert life.asked == []


@pytest.mark.parametrize(
    ("micros", "nearest"),
    [
        pytest.param(12 * UNIT, "15", id="off the step"),
        pytest.param(UNIT, "10", id="below the minimum"),
        pytest.param(99 * UNIT, "50", id="above the maximum"),
    ],
)
def test_what_the_steps_of_the_payment_service_forbid_is_refused_with_the_nearest(
    micros: int, nearest: str
) -> None:
    life = Life(funded(50 * UNIT), RechargeLimits(minimum_units=6, maximum_units=54, step_minor=500))

    refused = life.hear(wish(micros))

    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.POLICY_IMPOSSIBLE
    assert refused.detail == f"amount must be 10 to 50 in steps of 5; the nearest that works is {nearest}"
    assert life.hear(wish(15 * UNIT)) is Outcome.APPLIED
