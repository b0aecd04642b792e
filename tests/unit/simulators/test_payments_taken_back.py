"""What becomes of requests that are taken back, or that come too late."""

import pytest

from tests.unit.simulators.asking import EXPIRES_S, NOW_S, always, request
from worker.simulators.payment_book import PaymentBook, result_of
from worker.simulators.payment_kinds import Kind, Says
from worker.simulators.payment_requests import Cancelled


def test_what_is_taken_back_is_not_said_any_more() -> None:
    book = PaymentBook(always(Kind.COMPLETED))
    (answer,) = book.consider(request(), NOW_S)

    book.cancel(Cancelled(answer.request.recharge_id))

    assert not book.holds(answer)
    assert book.consider(request(attempt=2), NOW_S) == []


def test_no_payment_begins_for_a_request_that_was_taken_back() -> None:
    book = PaymentBook(always(Kind.LATE))

    book.cancel(Cancelled(request().recharge_id))

    assert book.consider(request(), NOW_S) == []


@pytest.mark.parametrize("kind", [Kind.LATE, Kind.EXPIRED])
def test_money_that_was_taken_is_told_of_although_the_request_was_taken_back(kind: Kind) -> None:
    book = PaymentBook(always(kind))
    (answer,) = book.consider(request(), NOW_S)

    book.cancel(Cancelled(answer.request.recharge_id))

    assert book.holds(answer)


def test_a_payment_that_was_said_can_be_reversed_after_its_request_was_taken_back() -> None:
    book = PaymentBook(always(Kind.REFUNDED))
    paid, refund = book.consider(request(), NOW_S)
    result = result_of(paid)
    assert result is not None
    book.remember(result)

    book.cancel(Cancelled(paid.request.recharge_id))

    assert book.holds(refund)
    assert refund.says is Says.REFUND


def test_a_request_that_comes_after_it_expired_is_not_paid_and_counted() -> None:
    book = PaymentBook(always(Kind.COMPLETED))

    assert book.consider(request(), NOW_S + EXPIRES_S + 1) == []
    assert book.overdue == 1
