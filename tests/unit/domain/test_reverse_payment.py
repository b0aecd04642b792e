import pytest

from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    credit,
    decided,
    event,
    facts,
    lot,
    messages,
    outcome,
    row,
)
from tests.unit.domain.going_back import WON, after, back, money, reason
from tests.unit.domain.owned import entries, known, lots_of, said, shares
from worker.domain.account import LARGEST_MICROS
from worker.domain.draft import Outcome
from worker.domain.entry import REVERSED
from worker.domain.event import PaymentReversed
from worker.domain.message import Notice, RechargeRequested
from worker.domain.rejection import Reason


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
