from typing import Any

import pytest

from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    call,
    conference,
    credit,
    decided,
    event,
    facts,
    funded,
    leg,
    lot,
    messages,
    row,
)
from tests.unit.domain.owned import entries, known, lots_of, owning, said, shares
from worker.domain.decide import decide
from worker.domain.entry import FORFEITED, RESTORED
from worker.domain.event import StatusSet
from worker.domain.facts import Wanted
from worker.domain.lot import NEVER_S, Lot
from worker.domain.message import Notice

SOON = NOW_S + DAY_S
PAST = NOW_S - DAY_S


@pytest.mark.parametrize(
    ("expires_s", "left"),
    [pytest.param(NOW_S, 0, id="this very second"), pytest.param(NOW_S + 1, 5 * UNIT, id="the next one")],
)
def test_what_is_left_of_a_lot_is_lost_when_its_expiry_comes(expires_s: int, left: int) -> None:
    draft = decided(known(lot(1, 5 * UNIT, expires_s=expires_s, told=2)))

    assert lots_of(draft)[1][0] == left
    assert draft.accounts["acme"].balance == left


def test_an_expiry_is_an_entry_a_notice_and_may_deplete() -> None:
    draft = decided(known(lot(1, 5 * UNIT, left_micros=3 * UNIT, expires_s=PAST, told=2), lot(2, UNIT)))

    (entry,) = draft.entries
    assert (entry.kind, entry.amount_micros, entry.lot_number) == (FORFEITED, -3 * UNIT, 1)
    assert (entry.started_s, entry.booked_s) == (PAST, NOW_S)
    told = Notice(
        "credit.expired", "expired", {"amount": 3 * UNIT}, {"payment_id": "p-1"}, {"expires_at": PAST}
    )
    assert messages(draft, Notice) == [told]
    account = draft.accounts["acme"].after()
    assert (account.balance_micros, account.lot_number, account.more_lots) == (UNIT, 2, False)
    assert account.forfeited_until_s == PAST


def test_the_last_credit_that_expires_depletes() -> None:
    draft = decided(known(lot(1, UNIT, expires_s=PAST, told=2)))

    assert [one.name for one in messages(draft, Notice)] == ["credit.expired", "balance.depleted"]


def test_credit_expires_though_there_is_a_debt_that_came_after_it() -> None:
    draft = decided(known(lot(1, UNIT, expires_s=PAST, told=2), debt=4 * UNIT))

    account = draft.accounts["acme"].after()
    assert (account.balance_micros, account.debt_micros) == (-4 * UNIT, 4 * UNIT)


def test_expiry_comes_before_everything_else_of_its_batch() -> None:
    draft = decided(known(lot(1, UNIT, expires_s=PAST, told=2)), call(started_s=PAST))

    assert [entry.kind for entry in draft.entries] == [FORFEITED, 1]
    assert draft.accounts["acme"].after().debt_micros == UNIT


def test_the_lots_of_an_account_that_is_due_are_asked_for() -> None:
    due = owning(lot(1, UNIT, expires_s=PAST, told=2), lot(2, UNIT))

    assert decide([], facts(due, lots={})) == Wanted(frozenset({1}), ())


@pytest.mark.parametrize(
    ("expires_s", "told", "days"),
    [
        pytest.param(NOW_S + 30 * DAY_S + 1, 0, [], id="not yet"),
        pytest.param(NOW_S + 30 * DAY_S, 0, [30], id="30 days before"),
        pytest.param(NOW_S + 7 * DAY_S + 1, 1, [], id="told, and more than 7 days to go"),
        pytest.param(NOW_S + 7 * DAY_S, 1, [7], id="7 days before"),
        pytest.param(NOW_S + 7 * DAY_S, 0, [7], id="one notice for both days"),
        pytest.param(NOW_S + 1, 2, [], id="told twice"),
        pytest.param(NEVER_S, 0, [], id="no expiry"),
    ],
)
def test_people_are_told_30_and_7_days_before(expires_s: int, told: int, days: list[int]) -> None:
    draft = decided(known(lot(1, 5 * UNIT, left_micros=UNIT, expires_s=expires_s, told=told)))

    notices = said(draft, "credit.expiring")
    assert [one.facts["days"] for one in notices] == days
    assert all(one.amounts == {"amount": UNIT} for one in notices)
    assert all(one.times == {"expires_at": expires_s} for one in notices)


def test_a_notice_about_an_expiry_is_given_once_and_the_next_falls_due() -> None:
    expires_s = NOW_S + 20 * DAY_S
    first = decided(known(lot(1, UNIT, expires_s=expires_s)))

    after = first.accounts["acme"].after()

    assert after.lots_due_s == expires_s - 7 * DAY_S
    again = decided(facts(after, lots={1: first.accounts["acme"].current_lots()}))
    assert said(again, "credit.expiring") == []


@pytest.mark.parametrize(
    ("expires_s", "due_s"),
    [
        pytest.param(NOW_S + 40 * DAY_S, NOW_S + 10 * DAY_S, id="both notices to come"),
        pytest.param(NOW_S + 20 * DAY_S, NOW_S + 13 * DAY_S, id="the first is past"),
        pytest.param(NOW_S + 5 * DAY_S, NOW_S + 5 * DAY_S, id="both are past"),
    ],
)
def test_credit_booked_inside_the_days_of_notice_gets_none_for_those_past(expires_s: int, due_s: int) -> None:
    draft = decided(facts(row()), event(credit(UNIT, expires_s=expires_s)))

    assert draft.accounts["acme"].row.lots_due_s == due_s
    assert said(draft, "credit.expiring") == []


def test_spending_a_lot_to_its_end_takes_its_due_time_away() -> None:
    draft = decided(known(lot(1, UNIT, expires_s=SOON, told=2), lot(2, 9 * UNIT)), call(duration_s=120))

    assert draft.accounts["acme"].after().lots_due_s == NEVER_S


def test_a_lot_that_was_spent_the_fast_way_is_looked_at_once_when_it_would_have_been_due() -> None:
    spent = owning(lot(1, UNIT, expires_s=NOW_S, told=2))._replace(lot_left_micros=0, balance_micros=0)

    draft = decided(facts(spent, lots={1: [lot(1, UNIT, expires_s=NOW_S, told=2)]}))

    account = draft.accounts["acme"].after()
    assert (account.lots_due_s, account.lot_number) == (NEVER_S, 0)
    assert (draft.entries, lots_of(draft)) == ([], {1: (0, 0)})


def test_credit_that_is_too_late_already_pays_debt_and_is_lost() -> None:
    draft = decided(
        facts(row(debt_micros=UNIT, balance_micros=-UNIT)), event(credit(3 * UNIT, expires_s=PAST))
    )

    assert lots_of(draft) == {1: (0, 2 * UNIT)}
    account = draft.accounts["acme"].after()
    assert (account.balance_micros, account.debt_micros) == (0, 0)
    assert [one.name for one in messages(draft, Notice)] == ["credit.added", "credit.expired"]


def test_a_credit_says_what_of_it_paid_debt() -> None:
    draft = decided(facts(row(debt_micros=UNIT, balance_micros=-UNIT)), event(credit(3 * UNIT)))

    (entry,) = draft.entries
    assert shares(draft, entry) == [(0, UNIT), (1, 2 * UNIT)]


def forfeited(number: int, micros: int, **given: Any) -> Lot:  # noqa: ANN401 -- any field
    """A lot that expired yesterday with so much left."""
    plain = {"left_micros": 0, "forfeited_micros": micros, "expires_s": PAST, "told": 2}
    return lot(number, 9 * UNIT, **plain | given)


def test_late_usage_from_before_an_expiry_gets_back_what_it_needs_and_no_more() -> None:
    draft = decided(known(forfeited(1, 5 * UNIT)), late := call(started_s=PAST - 1, duration_s=120))

    assert lots_of(draft) == {1: (0, 3 * UNIT)}
    account = draft.accounts["acme"].after()
    assert (account.balance_micros, account.debt_micros) == (0, 0)
    (restored,) = entries(draft, RESTORED)
    assert (restored.amount_micros, restored.lot_number) == (2 * UNIT, 1)
    assert (restored.started_s, restored.booked_s) == (PAST - 1, NOW_S)
    assert restored.event_key != late.key
    (used,) = entries(draft, 1)
    assert (used.amount_micros, used.lot_number) == (-2 * UNIT, 1)


def test_usage_from_the_expiry_on_gets_nothing_back() -> None:
    draft = decided(known(forfeited(1, 5 * UNIT), lot(2, 5 * UNIT)), call(started_s=PAST))

    assert entries(draft, RESTORED) == []
    assert lots_of(draft) == {1: (0, 5 * UNIT), 2: (4 * UNIT, 0)}


def test_a_forfeited_lot_pays_late_usage_first_as_if_it_had_come_in_time() -> None:
    both = known(forfeited(1, UNIT), lot(2, 5 * UNIT))

    draft = decided(both, call(started_s=PAST - 1, duration_s=180))

    (used,) = entries(draft, 1)
    assert shares(draft, used) == [(1, -UNIT), (2, -2 * UNIT)]
    assert draft.accounts["acme"].balance == 3 * UNIT


def test_late_usage_takes_back_from_several_lots_in_the_order_of_their_expiries() -> None:
    earlier = forfeited(1, UNIT, expires_s=PAST - DAY_S)

    draft = decided(known(earlier, forfeited(2, 5 * UNIT)), call(started_s=PAST - DAY_S - 1, duration_s=180))

    (restored,) = entries(draft, RESTORED)
    assert shares(draft, restored) == [(1, UNIT), (2, 2 * UNIT)]
    between = decided(known(earlier, forfeited(2, 5 * UNIT)), call(started_s=PAST - 1, duration_s=180))
    (restored,) = entries(between, RESTORED)
    assert shares(between, restored) == [(2, 3 * UNIT)]


def test_the_fast_way_is_left_only_by_usage_from_before_the_last_forfeited_expiry() -> None:
    stored = owning(forfeited(1, UNIT), lot(2, 5 * UNIT))

    in_time = decided(facts(stored, lots={}), call(started_s=PAST))
    late = decide([call(started_s=PAST - 1)], facts(stored, lots={}))

    assert in_time.accounts["acme"].balance == 4 * UNIT
    assert late == Wanted(frozenset({1}), ())


def test_what_was_given_back_wholly_is_waited_for_no_more() -> None:
    draft = decided(known(forfeited(1, UNIT)), call(started_s=PAST - 1))

    assert draft.accounts["acme"].after().forfeited_until_s == 0


def test_every_restored_amount_has_a_key_of_its_own() -> None:
    same = call(started_s=PAST - 1)
    sources = [same, same._replace(source_number=1), same._replace(source_number=2)]
    meeting = conference(leg(started_s=PAST - 2), leg(started_s=PAST - 3))

    today = decided(known(forfeited(1, 9 * UNIT)), *sources, meeting)
    before = decided(known(forfeited(1, 9 * UNIT)), call(started_s=PAST - 1 - DAY_S))

    keys = [entry.event_key for draft in (today, before) for entry in entries(draft, RESTORED)]
    assert len(keys) == len(set(keys)) == 5


def test_closing_forfeits_promotions_and_leaves_purchases() -> None:
    gift = lot(2, 3 * UNIT, kind="promotion", payment_id="gift")

    draft = decided(known(lot(1, UNIT), gift), event(StatusSet("closed", "left")))

    assert lots_of(draft) == {1: (UNIT, 0), 2: (0, 3 * UNIT)}
    (told,) = said(draft, "credit.expired")
    assert told == Notice("credit.expired", "account_closed", {"amount": 3 * UNIT}, {"payment_id": "gift"})


@pytest.mark.parametrize("status", ["suspended", "active"])
def test_only_closing_forfeits(status: str) -> None:
    draft = decided(known(lot(1, UNIT, kind="promotion")), event(StatusSet(status, "r")))

    assert draft.entries == []


def test_usage_from_before_the_closing_still_spends_a_promotion_and_later_usage_does_not() -> None:
    closed = decided(known(lot(1, 9 * UNIT, kind="promotion")), event(StatusSet("closed", "left")))
    after = facts(closed.accounts["acme"].after(), lots={1: closed.accounts["acme"].current_lots()})

    before = decided(after, call(started_s=NOW_S - 1))
    later = decided(after, call(started_s=NOW_S))

    assert before.accounts["acme"].balance == 0
    assert later.accounts["acme"].balance == -UNIT


def test_reopened_it_has_no_promotion_and_a_purchase() -> None:
    closed = decided(known(lot(1, UNIT), lot(2, UNIT, kind="promotion")), event(StatusSet("closed", "left")))
    after = facts(closed.accounts["acme"].after(), lots={1: closed.accounts["acme"].current_lots()})

    draft = decided(after, event(StatusSet("active", "back")))

    account = draft.accounts["acme"].after()
    assert (account.status, account.balance_micros) == ("active", UNIT)


def test_a_promotion_given_to_a_closed_account_is_not_what_closing_forfeits() -> None:
    shut = facts(funded(UNIT, status="closed"), lots={1: [lot(1, UNIT)]})

    draft = decided(shut, event(credit(UNIT, "gift", kind="promotion")))

    assert draft.accounts["acme"].balance == 2 * UNIT
