"""Declines: waits that grow, the stop, and what starts it again."""

import pytest

from tests.unit.domain.deciding import NOW_S, UNIT, armed, auto_recharge, call, credit, messages
from tests.unit.domain.living import Life
from worker.domain.account import Account
from worker.domain.draft import Draft, Outcome
from worker.domain.event import (
    AccountBody,
    CreditRequested,
    PaymentMethodSet,
    RechargeCompleted,
    RechargeFailed,
)
from worker.domain.lot import NEVER_S
from worker.domain.message import Notice, RechargeRequested
from worker.domain.recharge import RechargeLimits
from worker.domain.recharge_blocks import stop_asking

HOUR = 3600


def asking(limits: RechargeLimits | None = None) -> Life:
    life = Life(armed(5 * UNIT), limits)
    life.take(call())
    return life


def decline(life: Life, retry: str | None = None, attempt: int = 1) -> Outcome:
    asked = life.asked[-1].recharge_id
    outcome = life.hear(RechargeFailed(asked, attempt, "declined", "no_funds", "No funds", retry))
    assert isinstance(outcome, Outcome)
    return outcome


def test_case_8_declines_in_a_row_wait_longer_and_the_fourth_stops() -> None:
    life = asking()
    waits = []
    for _ in range(3):
        decline(life)
        assert life.open == []
        began = life.now_s
        life.until_due()
        waits.append(life.now_s - began)
        assert len(life.open) == 1
    decline(life)

    assert waits == [HOUR, 6 * HOUR, 24 * HOUR]
    assert len({one.recharge_id for one in life.asked}) == 4
    assert (life.row.recharge_block, life.row.recharge_due_s) == ("stopped", NEVER_S)
    assert life.notices[-2:] == [
        ("recharge.declined", "declined"),
        ("recharge.stopped", "declined_repeatedly"),
    ]


def test_what_a_decline_says() -> None:
    life = asking()
    decline(life)

    told = life.said[-1].body
    assert isinstance(told, Notice)
    assert (told.amounts, told.times) == ({"amount": 20 * UNIT}, {"asks_again_at": NOW_S + HOUR})
    assert told.facts == {
        "recharge_id": life.asked[0].recharge_id, "code": "no_funds", "message": "No funds",
        "attempt": 1, "declines": 1,
    }  # fmt: skip


def test_case_8_usage_meanwhile_asks_for_nothing() -> None:
    life = asking()
    decline(life)

    life.now_s += HOUR - 1
    draft = life.take(call("c-2"))

    assert messages(draft, RechargeRequested) == []
    assert life.row.recharge_due_s == NOW_S + HOUR


def test_declined_of_an_earlier_attempt_counts_and_of_a_closed_request_it_does_not() -> None:
    life = asking()
    life.wait(15 * 60)
    life.wait(60)
    decline(life, attempt=1)
    assert life.row.declines == 1

    assert decline(life, attempt=2) is Outcome.APPLIED
    assert life.row.declines == 1


def test_never_stops_at_once() -> None:
    life = asking()
    decline(life, "never")

    assert life.notices == [("recharge.declined", "declined"), ("recharge.stopped", "retry_never")]
    told = life.said[-1].body
    assert isinstance(told, Notice)
    assert told.amounts == {"trigger": 10 * UNIT}
    assert told.facts == {"recharge_id": life.asked[0].recharge_id}
    life.now_s += 30 * 24 * HOUR
    assert messages(life.take(call("c-2", started_s=life.now_s)), RechargeRequested) == []


@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "declined"])
@pytest.mark.parametrize(
    "hope",
    [
        pytest.param(credit(UNIT), id="a purchase"),
        pytest.param(auto_recharge(amount_micros=30 * UNIT), id="settings"),
        pytest.param(PaymentMethodSet("pm-2", "Visa"), id="a payment method"),
    ],
)
def test_a_purchase_settings_or_a_payment_method_ask_again_at_once(hope: AccountBody, stopped: bool) -> None:
    life = asking()
    decline(life, "never" if stopped else None)

    life.hear(hope)

    assert len(life.open) == 1
    assert (life.row.recharge_block, life.row.declines) == ("", 0)


def test_a_promotion_gives_no_hope() -> None:
    life = asking()
    decline(life)

    life.hear(credit(UNIT, kind="promotion"))

    assert (life.open, life.row.declines) == ([], 1)


def test_money_between_declines_starts_their_row_anew() -> None:
    life = asking()
    decline(life)
    life.wait(HOUR)
    asked = life.asked[-1]
    life.hear(RechargeCompleted(asked.recharge_id, "p-2", asked.amount_micros, "USD", life.now_s))
    life.take(call("c-2", duration_s=20 * 60))
    decline(life)

    assert life.row.blocked_until_s == life.now_s + HOUR


def test_a_declined_request_by_hand_is_told_and_blocks_nothing() -> None:
    life = Life(armed(50 * UNIT))
    life.hear(CreditRequested("q-1", 20 * UNIT, "USD", None))
    decline(life)

    assert life.notices == [("recharge.declined", "declined")]
    assert (life.row.recharge_block, life.row.declines, life.row.open_by_hand) == ("", 0, 0)


def test_a_request_by_hand_that_can_never_work_stops_the_automatic_ones_too() -> None:
    life = Life(armed(50 * UNIT))
    life.hear(CreditRequested("q-1", 20 * UNIT, "USD", None))
    decline(life, "never")

    assert life.notices[-1] == ("recharge.stopped", "retry_never")
    life.take(call(duration_s=45 * 60))
    assert life.open == []


def test_a_stop_is_told_once_and_only_to_whom_it_matters() -> None:
    life, off = asking(), Life(armed(5 * UNIT, recharge_enabled=False))
    for one in (life, off, life):
        draft = Draft(one.known())
        account = Account(one.row, None)
        stop_asking(account, draft, "dispute", {"reversal_id": "v-1"})
        one.row = account.after()
        one.said += draft.messages

    assert life.notices == [("recharge.stopped", "dispute")]
    assert (off.notices, off.row.recharge_block) == ([], "stopped")


def test_a_request_that_is_open_when_it_stops_ends_as_any_other_and_the_stop_stays() -> None:
    life = asking()
    life.row = life.row._replace(recharge_block="stopped")
    decline(life)

    assert (life.row.recharge_block, life.row.recharge_due_s) == ("stopped", NEVER_S)
    assert life.notices == [("recharge.declined", "declined")]
    told = life.said[-1].body
    assert isinstance(told, Notice)
    assert told.times == {}


def test_other_waits_are_kept_to() -> None:
    life = asking(RechargeLimits(declined_waits_s=(5,)))
    decline(life)
    life.wait(5)
    assert len(life.open) == 1
    decline(life)

    assert life.notices[-1] == ("recharge.stopped", "declined_repeatedly")
