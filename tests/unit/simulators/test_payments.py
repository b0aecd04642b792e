import json
from types import SimpleNamespace
from uuid import UUID

from worker.codec.decode import Decoder
from worker.domain.rejection import Refused
from worker.simulators.event import SOURCE
from worker.simulators.payments import Manner, answer

NOW_S = 1_780_000_000.0
MANY = range(2_000)


def request(number: int, *, attempt: int = 1, kind: str = "requested") -> bytes:
    data = {
        "tenant_id": "acme",
        "recharge_id": str(UUID(int=number)),
        "amount": "20.00",
        "currency": "USD",
        "attempt": attempt,
        "requested_at": "2026-06-01T10:00:00Z",
    }
    return json.dumps({"type": f"talktime.recharge.{kind}.v1", "data": data}).encode()


def outcomes(manner: Manner) -> list[str | None]:
    answers = [answer(request(number), manner, NOW_S) for number in MANY]
    return [None if given is None else given.outcome for given in answers]


def test_the_manner_decides_how_often_it_pays_declines_and_keeps_silent() -> None:
    said = outcomes(Manner(declines=0.2, ignores=0.1))
    assert 340 < said.count("declined") < 460
    assert 140 < said.count(None) < 260
    assert said.count("completed") == len(MANY) - said.count("declined") - said.count(None)


def test_the_same_request_gets_the_same_answer_at_any_time() -> None:
    for number in range(100):
        first, later = (answer(request(number), Manner(), at) for at in (NOW_S, NOW_S + 3_600))
        if first is None:
            assert later is None
        else:
            assert later is not None
            one, other = json.loads(first.event.value), json.loads(later.event.value)
            assert (one["id"], one["data"]) == (other["id"], other["data"])


def test_a_later_attempt_gets_the_same_result() -> None:
    for number in range(100):
        first, second = (answer(request(number, attempt=n), Manner(), NOW_S) for n in (1, 2))
        assert (first and first.outcome) == (second and second.outcome)


def test_answers_keep_the_contract() -> None:
    decoder = Decoder({"payments": "payments"}, {SOURCE: 1}, 1_048_576)
    for number in range(200):
        given = answer(request(number), Manner(declines=0.5), NOW_S)
        if given is None:
            continue
        event = given.event
        record = SimpleNamespace(topic=event.topic, value=event.value, headers=event.headers, timestamp=0)
        assert not isinstance(decoder.decode(record), Refused), event


def test_no_answer_waits_longer_than_the_manner_says() -> None:
    given = [answer(request(number), Manner(longest_answer_s=2.5), NOW_S) for number in range(200)]
    waits = [one.after_s for one in given if one is not None]
    assert 0 <= min(waits) < 0.5
    assert 2.0 < max(waits) <= 2.5


def test_what_is_no_request_is_not_answered() -> None:
    assert answer(request(1, kind="cancelled"), Manner(), NOW_S) is None
