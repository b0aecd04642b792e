"""What the book answers, kind by kind."""

import pytest

from tests.unit.simulators.asking import ANSWER_S, EXPIRES_S, NOW_S, always, request, said
from worker.simulators.payment_book import Answer, PaymentBook, result_of
from worker.simulators.payment_kinds import Kind


def answers(kind: Kind, **more: object) -> list[Answer]:
    return PaymentBook(always(kind, **more)).consider(request(), NOW_S)


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        (Kind.COMPLETED, ["completed"]),
        (Kind.DECLINED, ["failed"]),
        (Kind.DECLINED_FOR_GOOD, ["failed"]),
        (Kind.UNAVAILABLE, ["failed"]),
        (Kind.PROCESSING, ["pending", "completed"]),
        (Kind.REQUIRES_ACTION, ["pending", "completed"]),
        (Kind.ABANDONED, ["pending"]),
        (Kind.OTHER_AMOUNT, ["completed"]),
        (Kind.LATE, ["completed"]),
        (Kind.EXPIRED, ["completed"]),
        (Kind.TWICE, ["completed", "completed"]),
        (Kind.REPEATED, ["completed", "completed"]),
        (Kind.CHARGED_TWICE, ["completed", "completed"]),
        (Kind.LATE_PENDING, ["completed", "pending"]),
        (Kind.LATE_FAILURE, []),
        (Kind.REFUNDED, ["completed", "reversed"]),
        (Kind.DISPUTED, ["completed", "reversed"]),
        (Kind.REINSTATED, ["completed", "reversed", "reinstated"]),
        (Kind.NEVER, []),
    ],
)
def test_each_kind_says_its_events_in_order(kind: Kind, types: list[str]) -> None:
    given = answers(kind, pause_s=3)

    assert [said(one)["type"] for one in given] == types
    assert [one.due_s for one in given] == sorted(one.due_s for one in given)


def test_money_is_granted_as_it_was_asked_for_by_a_payment_of_its_own() -> None:
    (first,), (other,) = (
        PaymentBook(always(Kind.COMPLETED)).consider(request(number), NOW_S) for number in (1, 2)
    )

    assert (said(first)["amount"], said(first)["currency"]) == ("20.00", "USD")
    assert said(first)["payment_id"] != said(other)["payment_id"]


def test_another_amount_is_one_unit_more() -> None:
    (answer,) = answers(Kind.OTHER_AMOUNT)

    assert said(answer)["amount"] == "21.00"


def test_a_decline_names_its_attempt_and_whether_asking_again_helps() -> None:
    (later,), (never,) = answers(Kind.DECLINED), answers(Kind.DECLINED_FOR_GOOD)

    assert (said(later)["outcome"], said(later)["attempt"], said(later).get("retry")) == ("declined", 1, None)
    assert (said(never)["outcome"], said(never)["retry"]) == ("declined", "never")


def test_a_bank_that_is_away_is_said_of_each_attempt() -> None:
    book = PaymentBook(always(Kind.UNAVAILABLE))

    (one,), (two,) = (book.consider(request(attempt=number), NOW_S) for number in (1, 2))

    assert [(said(each)["outcome"], said(each)["attempt"]) for each in (one, two)] == [
        ("unavailable", 1),
        ("unavailable", 2),
    ]
    assert said(one)["event_id"] != said(two)["event_id"]


def test_a_pending_payment_asks_for_more_time_and_for_what_it_needs() -> None:
    processing, _ = answers(Kind.PROCESSING, pending_s=60)
    (action,) = answers(Kind.ABANDONED)

    assert said(processing)["status"] == "processing"
    assert said(processing)["answer_by"] == "2026-05-28T20:42:40Z"
    assert said(action)["status"] == "requires_action"
    assert said(action)["action_url"].startswith("https://")


def test_late_answers_come_after_their_time() -> None:
    (late,), (expired,) = answers(Kind.LATE), answers(Kind.EXPIRED)

    assert late.due_s > NOW_S + ANSWER_S
    assert expired.due_s > NOW_S + EXPIRES_S


def test_twice_is_the_same_event_and_repeated_is_the_same_payment_in_another() -> None:
    one, same = map(said, answers(Kind.TWICE))
    again, anew = map(said, answers(Kind.REPEATED))
    paid, second = map(said, answers(Kind.CHARGED_TWICE))

    assert one == same
    assert again["event_id"] != anew["event_id"]
    assert again["payment_id"] == anew["payment_id"]
    assert paid["payment_id"] != second["payment_id"]
    assert paid["recharge_id"] == second["recharge_id"]


def test_the_failure_of_an_earlier_attempt_comes_after_the_later_ones_success() -> None:
    book = PaymentBook(always(Kind.LATE_FAILURE))

    silence = book.consider(request(attempt=1), NOW_S)
    paid, failed = map(said, book.consider(request(attempt=2), NOW_S))

    assert silence == []
    assert paid["type"] == "completed"
    assert (failed["type"], failed["outcome"], failed["attempt"]) == ("failed", "unavailable", 1)


def test_a_reversal_takes_back_the_payment_and_a_dispute_that_is_won_brings_it_again() -> None:
    paid, dispute, won = map(said, answers(Kind.REINSTATED))
    _, refund = map(said, answers(Kind.REFUNDED))

    assert (dispute["payment_id"], dispute["amount"], dispute["kind"]) == (
        paid["payment_id"],
        paid["amount"],
        "dispute",
    )
    assert won["reversal_id"] == dispute["reversal_id"]
    assert refund["kind"] == "refund"


def test_a_later_attempt_hears_the_result_of_the_first_in_the_same_words() -> None:
    book = PaymentBook(always(Kind.DECLINED))
    (first,) = book.consider(request(), NOW_S)
    result = result_of(first)
    assert result is not None
    book.remember(result)

    (again,) = book.consider(request(attempt=2, at_s=NOW_S + 60), NOW_S + 60)

    assert again.event == first.event


def test_an_attempt_from_before_the_result_was_said_is_not_answered_again() -> None:
    book = PaymentBook(always(Kind.COMPLETED))
    (first,) = book.consider(request(at_s=NOW_S - 60), NOW_S)
    result = result_of(first)
    assert result is not None
    book.remember(result)

    assert book.consider(request(at_s=NOW_S - 60), NOW_S + 60) == []


def test_the_first_request_fixes_the_amount() -> None:
    book = PaymentBook(always(Kind.UNAVAILABLE))
    book.consider(request(), NOW_S)
    book._manner = always(Kind.COMPLETED)

    (paid,) = book.consider(request(attempt=2, amount="500.00"), NOW_S)

    assert said(paid)["amount"] == "20.00"
