"""Answers to requests that are not remembered: a restored backup is younger than what was asked."""

import pytest

from tests.unit.domain.deciding import INSTALLATION, NOW_S, UNIT, armed, call, event
from tests.unit.domain.living import Life
from worker.domain.event import PaymentBody, RechargeCompleted, RechargeFailed, RechargePending
from worker.domain.recharge import recharge_id

ASKED, NEXT = (recharge_id(INSTALLATION, "acme", cycle) for cycle in (1, 2))
DECLINED = RechargeFailed(ASKED, 1, "declined", "c", "m", None)
UNAVAILABLE = RechargeFailed(ASKED, 1, "unavailable", "c", "m", None)
PENDING = RechargePending(ASKED, "processing", NOW_S + 3600, None)
COMPLETED = RechargeCompleted(ASKED, "p-9", 20 * UNIT, "USD", NOW_S)


def test_an_id_that_was_declined_is_never_asked_with() -> None:
    life = Life(armed(9 * UNIT))

    # Read again in one batch, its usage comes after the answer.
    life.take(event(DECLINED), call())

    assert (life.recharges[ASKED].state, life.recharges[NEXT].state) == ("declined", "open")
    assert (life.row.recharge_block, life.row.stray_settlements) == ("", True)
    assert [one.recharge_id for one in life.asked] == [NEXT]


def test_money_of_an_id_that_was_declined_is_credited_and_counts() -> None:
    life = Life(armed(50 * UNIT))

    life.hear(DECLINED)
    life.hear(COMPLETED)

    assert (life.row.balance_micros, life.row.recharge_month_micros) == (70 * UNIT, 20 * UNIT)
    assert life.notices == [("credit.added", "purchase"), ("recharge.flagged", "unknown_request")]


@pytest.mark.parametrize("answer", [UNAVAILABLE, PENDING])
def test_what_settles_nothing_leaves_the_id_to_be_asked_with(answer: PaymentBody) -> None:
    life = Life(armed(9 * UNIT))

    life.take(event(answer), call())

    assert [one.recharge_id for one in life.asked] == [ASKED]
