from tests.unit.domain.deciding import (
    DAY_S,
    UNIT,
    call,
    lot,
)
from tests.unit.domain.revising import USED, correction, ledger, void
from worker.domain.draft import Outcome
from worker.domain.entry import (
    CORRECTED_CALL,
    USAGE_CALL,
    USAGE_RETURNED,
)
from worker.domain.rejection import Reason


def test_a_void_before_its_usage_waits_and_meets_it() -> None:
    books = ledger(lot(1, 9 * UNIT))

    assert books.decide(void(USED)) == [Outcome.APPLIED]
    assert (books.account.pending_revisions, books.entries) == (True, [])
    assert books.decide(USED) == [Outcome.CHARGED]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]
    assert (books.account.pending_revisions, books.pending) == (False, {})
    assert books.decide(void(USED)) == [Outcome.DUPLICATE]


def test_revisions_that_wait_are_applied_in_the_order_in_which_they_came() -> None:
    books = ledger(lot(1, 9 * UNIT))
    books.decide(correction(USED, call(duration_s=60)))
    books.decide(void(USED))

    books.decide(USED)

    kinds = [kind for kind, _ in books.booked()]
    assert kinds == [USAGE_CALL, USAGE_RETURNED, CORRECTED_CALL, USAGE_RETURNED]
    assert books.account.balance_micros == 9 * UNIT


def test_the_mark_of_waiting_revisions_stays_for_those_that_are_left() -> None:
    books = ledger(lot(1, 9 * UNIT))
    books.decide(void(USED), void(call("c-2"), "v-2"))

    books.decide(USED)

    assert (books.account.pending_revisions, len(books.pending)) == (True, 1)


def test_a_waiting_correction_that_cannot_be_charged_is_parked_when_its_usage_comes() -> None:
    books = ledger(lot(1, 9 * UNIT))
    books.decide(correction(USED, call(number="33123456789")))

    assert books.decide(USED) == [Outcome.CHARGED]

    assert books.booked() == [(USAGE_CALL, -3)]
    assert (books.late, books.pending, books.account.pending_revisions) == ([Reason.UNRATED], {}, False)


def test_a_void_of_another_day_does_not_meet_the_usage() -> None:
    books = ledger(lot(1, 9 * UNIT))
    books.decide(void(USED, started_s=USED.started_s - DAY_S))

    assert books.decide(USED) == [Outcome.CHARGED]

    assert books.booked() == [(USAGE_CALL, -3)]
