from typing import Any

import pytest

from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    auto_recharge,
    call,
    credit,
    decided,
    event,
    facts,
    lot,
    messages,
    outcome,
    row,
)
from tests.unit.domain.owned import entries, known, lots_of, owning, said, shares
from worker.domain.account import LARGEST_MICROS
from worker.domain.account_row import AccountRow
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import FORFEITED, REINSTATED, REVERSED
from worker.domain.event import PaymentReinstated, PaymentReversed
from worker.domain.facts import Facts
from worker.domain.message import Notice, RechargeRequested
from worker.domain.rejection import Reason, Rejection

WON = PaymentReinstated("r-1")


def back(micros: int, **given: Any) -> PaymentReversed:  # noqa: ANN401 -- any field
    """Payment p-1 goes back."""
    plain: dict[str, Any] = {"payment_id": "p-1", "reversal_id": "r-1", "currency": "USD", "kind": "refund"}
    return PaymentReversed(**plain | {"amount_micros": micros, "reason": "asked for"} | given)


def after(draft: Draft, **given: Any) -> Facts:  # noqa: ANN401 -- any fact
    """What the next decision is given."""
    account = draft.accounts["acme"]
    known_now = {"reversals": draft.reversals} | given
    return facts(account.after(), lots={1: account.current_lots()}, **known_now)


def reason(draft: Draft, index: int = 0) -> tuple[Reason, str]:
    refused = outcome(draft, index)
    assert isinstance(refused, Rejection), refused
    return refused.reason, refused.field


def money(draft: Draft) -> tuple[int, int]:
    """The balance and the debt."""
    return draft.accounts["acme"].balance, draft.accounts["acme"].debt


def test_what_is_left_of_the_payment_goes_back_first() -> None:
    others = known(lot(2, 9 * UNIT, expires_s=NOW_S + DAY_S, told=2), lot(1, 9 * UNIT, left_micros=4 * UNIT))

    draft = decided(others, event(back(3 * UNIT)))

    assert lots_of(draft) == {1: (UNIT, 0), 2: (9 * UNIT, 0)}
    (entry,) = entries(draft, REVERSED)
    assert (entry.amount_micros, entry.lot_number) == (-3 * UNIT, 1)


def test_then_other_purchases_in_spending_order_and_the_rest_is_debt() -> None:
    owned = known(
        lot(1, 9 * UNIT, left_micros=UNIT),
        lot(2, 2 * UNIT),
        lot(3, UNIT, expires_s=NOW_S + DAY_S, told=2),
        lot(4, UNIT, kind="promotion"),
        lot(5, UNIT, kind="goodwill", payment_id=""),
        lot(6, UNIT, kind="refund", payment_id=""),
    )

    draft = decided(owned, event(back(9 * UNIT)))

    (entry,) = entries(draft, REVERSED)
    assert shares(draft, entry) == [(1, -UNIT), (3, -UNIT), (2, -2 * UNIT), (0, -5 * UNIT)]
    assert money(draft) == (-2 * UNIT, 5 * UNIT)
    assert {number for number, (left, _) in lots_of(draft).items() if left} == {4, 5, 6}
    told: dict[str, str | int] = {"payment_id": "p-1", "reversal_id": "r-1"}
    assert said(draft, "credit.reversed") == [Notice("credit.reversed", "refund", {"amount": 9 * UNIT}, told)]


def test_a_payment_that_is_spent_goes_back_all_the_same() -> None:
    draft = decided(known(lot(1, 9 * UNIT, left_micros=0)), event(back(9 * UNIT)))

    assert money(draft) == (-9 * UNIT, 9 * UNIT)
    assert draft.accounts["acme"].row.depleted


def test_a_reversal_counts_once_whatever_event_brings_it() -> None:
    draft = decided(known(lot(1, 9 * UNIT)), event(back(UNIT), "e-1"), event(back(UNIT), "e-2"))

    assert (outcome(draft, 0), outcome(draft, 1)) == (Outcome.APPLIED, Outcome.DUPLICATE)
    assert money(draft) == (8 * UNIT, 0)
    later = decided(after(draft), event(back(UNIT), "e-3"), event(back(2 * UNIT), "e-4"))
    assert outcome(later, 0) is Outcome.DUPLICATE
    assert reason(later, 1) == (Reason.CONFLICT, "data.reversal_id")
    assert money(later) == (8 * UNIT, 0)


def test_a_payment_that_is_not_known_is_waited_for() -> None:
    draft = decided(known(lot(2, UNIT)), event(back(UNIT)))

    assert reason(draft) == (Reason.UNKNOWN_PAYMENT, "data.payment_id")
    assert (draft.entries, draft.events, draft.reversals) == ([], {}, {})


def test_a_payment_of_the_same_batch_is_known() -> None:
    draft = decided(facts(row()), event(back(UNIT), "e-1"), event(credit(2 * UNIT), "e-2"))

    assert money(draft) == (UNIT, 0)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(back(UNIT, currency="EUR"), (Reason.CURRENCY, "data.currency"), id="another currency"),
        pytest.param(back(9 * UNIT + 1), (Reason.CONFLICT, "data.amount"), id="more than was paid"),
        pytest.param(back(UNIT, payment_id="p-2"), (Reason.CONFLICT, "data.payment_id"), id="a promotion"),
    ],
)
def test_what_a_person_has_to_look_at_moves_nothing(body: PaymentReversed, why: tuple[Reason, str]) -> None:
    draft = decided(known(lot(1, 9 * UNIT), lot(2, 9 * UNIT, kind="promotion")), event(body))

    assert reason(draft) == why
    assert (draft.entries, draft.reversals) == ([], {})


def test_reversals_of_a_payment_less_those_reinstated_never_exceed_it() -> None:
    first = decided(known(lot(1, 9 * UNIT)), event(back(6 * UNIT)))

    beyond = event(back(4 * UNIT, reversal_id="r-2"), "e-2")
    again = decided(after(first), beyond)
    won = decided(after(first), event(WON, "e-3"), beyond)

    assert reason(again) == (Reason.CONFLICT, "data.amount")
    assert outcome(won, 1) is Outcome.APPLIED
    assert money(won) == (5 * UNIT, 0)


def test_reversals_of_other_payments_do_not_count() -> None:
    both = known(lot(1, 5 * UNIT), lot(2, 5 * UNIT))

    draft = decided(
        both,
        event(back(5 * UNIT), "e-1"),
        event(back(5 * UNIT, payment_id="p-2", reversal_id="r-2"), "e-2"),
    )

    assert money(draft) == (0, 0)


def test_a_balance_that_would_pass_the_range_waits() -> None:
    deep = known(lot(1, 9 * UNIT, left_micros=0), debt=LARGEST_MICROS - UNIT)

    assert reason(decided(deep, event(back(2 * UNIT)))) == (Reason.OUT_OF_RANGE, "data.amount")


@pytest.mark.parametrize(
    ("kind", "left", "block"),
    [
        pytest.param("dispute", 99, "stopped", id="a dispute stops, however much is left"),
        pytest.param("refund", 10, "", id="a refund that leaves the trigger does not"),
        pytest.param("refund", 9, "stopped", id="a refund that leaves less than the trigger does"),
    ],
)
def test_money_that_goes_back_may_stop_auto_recharge(kind: str, left: int, block: str) -> None:
    settings = {"recharge_enabled": True, "trigger_micros": 10 * UNIT, "recharge_amount_micros": 20 * UNIT}

    draft = decided(known(lot(1, (left + 5) * UNIT), **settings), event(back(5 * UNIT, kind=kind)))

    assert draft.accounts["acme"].row.recharge_block == block
    assert messages(draft, RechargeRequested) == []
    stopped = said(draft, "recharge.stopped")
    assert [(one.reason, one.facts) for one in stopped] == ([(kind, {"reversal_id": "r-1"})] if block else [])


def stopped_below_trigger() -> Draft:
    settings = {"recharge_enabled": True, "trigger_micros": 10 * UNIT, "recharge_amount_micros": 20 * UNIT}
    return decided(known(lot(1, 15 * UNIT), **settings), event(back(15 * UNIT, kind="dispute")))


def test_a_dispute_that_is_won_does_not_start_auto_recharge_again() -> None:
    draft = decided(after(stopped_below_trigger()), event(WON, "e-2"), call(duration_s=600))

    assert draft.accounts["acme"].row.recharge_block == "stopped"
    assert messages(draft, RechargeRequested) == []


def test_a_purchase_starts_it_again_and_a_promotion_does_not() -> None:
    before = after(stopped_below_trigger())

    given = decided(before, event(credit(UNIT, "gift", kind="promotion"), "e-2"))
    bought = decided(before, event(credit(UNIT, "p-9"), "e-2"))
    changed = decided(before, event(auto_recharge(), "e-2"))

    assert given.accounts["acme"].row.recharge_block == "stopped"
    assert len(messages(bought, RechargeRequested)) == len(messages(changed, RechargeRequested)) == 1


def test_reinstated_money_goes_back_where_the_reversal_took_it() -> None:
    owned = known(lot(1, 9 * UNIT, left_micros=UNIT), lot(2, 2 * UNIT))
    lost = decided(owned, event(back(9 * UNIT)))

    draft = decided(after(lost), event(WON, "e-2"))

    assert lots_of(draft) == {1: (UNIT, 0), 2: (2 * UNIT, 0)}
    assert money(draft) == (3 * UNIT, 0)
    (entry,) = entries(draft, REINSTATED)
    assert sorted(shares(draft, entry)) == [(0, 6 * UNIT), (1, UNIT), (2, 2 * UNIT)]
    (told,) = said(draft, "credit.added")
    assert (told.reason, told.amounts) == ("reinstated", {"amount": 9 * UNIT})
    assert told.facts == {"payment_id": "p-1", "reversal_id": "r-1"}


def test_a_debt_that_a_later_purchase_has_paid_comes_back_as_a_refund() -> None:
    lost = decided(known(lot(1, 9 * UNIT, left_micros=0)), event(back(9 * UNIT)))
    paid = decided(after(lost), event(credit(5 * UNIT, "p-2"), "e-2"))

    draft = decided(after(paid, reversals=lost.reversals), event(WON, "e-3"))

    assert money(draft) == (5 * UNIT, 0)
    (refund,) = [one for one in draft.accounts["acme"].current_lots() if one.kind == "refund"]
    assert (refund.number, refund.left_micros) == (3, 5 * UNIT)
    (entry,) = entries(draft, REINSTATED)
    assert shares(draft, entry) == [(0, 4 * UNIT), (3, 5 * UNIT)]


def test_a_debt_that_is_not_the_reversals_stays() -> None:
    lost = decided(known(lot(1, 9 * UNIT, left_micros=2 * UNIT)), event(back(3 * UNIT)))
    overdrawn = decided(after(lost), call(duration_s=240))

    draft = decided(after(overdrawn, reversals=lost.reversals), event(WON, "e-3"))

    assert money(draft) == (-2 * UNIT, 4 * UNIT)
    assert lots_of(draft) == {1: (2 * UNIT, 0)}


def test_reinstated_money_of_a_lot_that_has_expired_is_lost_at_once() -> None:
    soon = lot(1, 9 * UNIT, expires_s=NOW_S + 60, told=2)
    lost = decided(known(soon), event(back(4 * UNIT)))
    late = {"now_s": NOW_S + 60, "now_us": (NOW_S + 60) * 1_000_000}

    draft = decided(after(lost, **late), event(WON, "e-2"))

    assert lots_of(draft) == {1: (0, 9 * UNIT)}
    assert money(draft) == (0, 0)
    forfeited = entries(draft, FORFEITED)
    assert [entry.amount_micros for entry in forfeited] == [-5 * UNIT, -4 * UNIT]
    assert len({entry.event_key for entry in forfeited}) == 2


def test_money_is_reinstated_once() -> None:
    lost = decided(known(lot(1, 9 * UNIT)), event(back(9 * UNIT)))

    draft = decided(after(lost), event(WON, "e-2"), event(WON, "e-3"))
    later = decided(after(draft), event(WON, "e-4"))

    assert (outcome(draft, 0), outcome(draft, 1), outcome(later)) == (
        Outcome.APPLIED,
        Outcome.DUPLICATE,
        Outcome.DUPLICATE,
    )
    assert money(later) == (9 * UNIT, 0)


def test_a_reversal_that_is_not_known_is_waited_for() -> None:
    draft = decided(known(lot(1, UNIT)), event(WON))

    assert reason(draft) == (Reason.UNKNOWN_PAYMENT, "data.reversal_id")


def test_reinstated_money_beyond_the_range_waits() -> None:
    lost = decided(known(lot(1, 9 * UNIT)), event(back(9 * UNIT)))
    full: AccountRow = owning(lot(2, LARGEST_MICROS - UNIT))

    draft = decided(facts(full, lots={1: [lot(1, 9 * UNIT)]}, reversals=lost.reversals), event(WON, "e-2"))

    assert reason(draft) == (Reason.OUT_OF_RANGE, "data")
