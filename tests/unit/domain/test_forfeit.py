import pytest

from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    call,
    credit,
    decided,
    event,
    facts,
    lot,
    messages,
    row,
)
from tests.unit.domain.owned import known, lots_of, owning, said, shares
from worker.domain.decide import decide
from worker.domain.entry import FORFEITED
from worker.domain.facts import Wanted
from worker.domain.lot import NEVER_S
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
