import json
from types import SimpleNamespace

import pytest

from tests.unit.simulators.asking import NOW_S, always, record, request, said
from worker.codec.decode import Decoder
from worker.domain.rejection import Refused
from worker.simulators.event import SOURCE
from worker.simulators.payment_book import PaymentBook, result_of
from worker.simulators.payment_kinds import Kind
from worker.simulators.payment_requests import Cancelled, read_request, read_result


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.NEVER])
def test_answers_keep_the_contract(kind: Kind) -> None:
    decoder = Decoder({"payments": "payments"}, {SOURCE: 1}, 1_048_576)
    book = PaymentBook(always(kind))

    given = [answer for attempt in (1, 2) for answer in book.consider(request(attempt=attempt), NOW_S)]

    assert given != []
    for event in (answer.event for answer in given):
        kept = SimpleNamespace(topic=event.topic, value=event.value, headers=event.headers, timestamp=0)
        assert not isinstance(decoder.decode(kept), Refused), event


def test_a_request_is_read_as_it_was_written() -> None:
    assert read_request(record(request())) == request()


def test_what_takes_a_request_back_is_read() -> None:
    assert read_request(record(request(), kind="cancelled")) == Cancelled(request().recharge_id)


@pytest.mark.parametrize(
    "strange",
    [
        None,
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"type": "talktime.recharge.requested.v1"}',
        b'{"type": "talktime.recharge.requested.v1", "data": {}}',
        record(request(), kind="of_another_kind"),
        record(request()).replace(b'"attempt": 1', b'"attempt": "first"'),
        b"[" * 100_000,
    ],
)
def test_what_is_no_request_is_passed_over(strange: bytes | None) -> None:
    assert read_request(strange) is None
    assert read_result("payments", b"acme", strange) is None


@pytest.mark.parametrize(
    ("kind", "final"),
    [(Kind.COMPLETED, True), (Kind.DECLINED, True), (Kind.UNAVAILABLE, False), (Kind.ABANDONED, False)],
)
def test_only_a_result_for_good_is_remembered_from_an_earlier_life(kind: Kind, final: bool) -> None:
    (answer,) = PaymentBook(always(kind)).consider(request(), NOW_S)

    found = read_result("payments", answer.event.key, answer.event.value)

    assert (found is not None) == final == (result_of(answer) is not None)
    if found is not None:
        assert (found.recharge_id, found.event) == (request().recharge_id, answer.event)


def test_a_restored_book_says_what_was_said_before_whatever_it_would_say_now() -> None:
    (declined,) = PaymentBook(always(Kind.DECLINED)).consider(request(), NOW_S)
    result = read_result("payments", declined.event.key, declined.event.value)
    assert result is not None
    book = PaymentBook(always(Kind.COMPLETED))
    book.remember(result)

    (again,) = book.consider(request(attempt=2, at_s=NOW_S + 60), NOW_S + 60)

    assert json.loads(again.event.value) == json.loads(declined.event.value)
    assert said(again)["outcome"] == "declined"
