from tests.unit.domain.deciding import (
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
)
from tests.unit.domain.going_back import WON, after, back, money, reason
from tests.unit.domain.owned import entries, known, lots_of, owning, said, shares
from worker.domain.account import LARGEST_MICROS
from worker.domain.account_row import AccountRow
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import FORFEITED, REINSTATED
from worker.domain.message import RechargeRequested
from worker.domain.rejection import Reason


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
