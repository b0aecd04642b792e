import json
from types import SimpleNamespace
from uuid import UUID

import pytest

from worker.codec.decode import Decoder
from worker.domain.rejection import Refused
from worker.domain.usage import Usage
from worker.simulators.calls import Calls, Shares
from worker.simulators.event import SOURCE, Outgoing
from worker.simulators.tenants import opening

NOW_S = 1_780_000_000.25
NEVER = Shares(0, 0, 0, 0, 0, 0, 0, 0, 0)
ROLES = {"usage": "usage", "accounts": "accounts", "payments": "payments"}


def decoded(record: Outgoing) -> object:
    decoder = Decoder(ROLES, {SOURCE: 1}, 1_048_576)
    return decoder.decode(
        SimpleNamespace(topic=record.topic, value=record.value, headers=record.headers, timestamp=0)
    )


def test_the_same_seed_and_moment_give_the_same_records() -> None:
    first, second = (list(Calls(5, seed=7).take(500, NOW_S)) for _ in range(2))
    assert first == second
    assert first != list(Calls(5, seed=8).take(500, NOW_S))


@pytest.mark.parametrize(
    "shares",
    [
        pytest.param(NEVER, id="calls"),
        pytest.param(Shares(1, 0, 0, 0, 0, 0, 0, 0, 0), id="conferences"),
        pytest.param(Shares(0.5, 0, 0, 1, 0, 0, 0, 0, 0), id="binary mode"),
        pytest.param(Shares(0, 1, 0.5, 0, 0, 1, 0, 0, 0), id="emergencies, unanswered, late"),
        pytest.param(Shares(0, 0, 0, 0, 0, 0, 1, 0, 0), id="without a tariff"),
    ],
)
def test_what_tenants_publish_keeps_the_contract(shares: Shares) -> None:
    for record in Calls(5, seed=1, shares=shares).take(300, NOW_S):
        assert isinstance(decoded(record), Usage), record


def test_bad_records_are_bad() -> None:
    spoiled = Calls(5, seed=1, shares=Shares(0, 0, 0, 0, 0, 0, 0, 1, 0))
    for record in spoiled.take(300, NOW_S):
        assert isinstance(decoded(record), Refused), record


def test_duplicates_repeat_what_was_published() -> None:
    records = list(Calls(5, seed=1, shares=Shares(duplicate=0.2, bad=0)).take(1_000, NOW_S))
    assert 100 < len(records) - len(set(records)) < 300


def test_money_paid_by_hand_keeps_the_contract() -> None:
    by_hand = Calls(5, seed=1, shares=Shares(0, 0, 0, 0, 0, 0, 0, 0, 1))
    for record in by_hand.take(20, NOW_S):
        assert record.topic == "accounts"
        assert not isinstance(decoded(record), Refused)


def test_ids_are_ordered_by_time() -> None:
    calls = Calls(5, seed=1, shares=NEVER)
    ids = [
        UUID(json.loads(record.value)["id"])
        for second in range(50)
        for record in calls.take(1, NOW_S + second)
    ]
    assert {event_id.version for event_id in ids} == {7}
    assert ids == sorted(ids)


def test_the_key_is_the_tenant() -> None:
    (record,) = Calls(1, seed=1, shares=NEVER).take(1, NOW_S)
    assert record.key == b"sim-0000"


@pytest.mark.parametrize("number", range(12))
def test_opening_an_account_keeps_the_contract(number: int) -> None:
    for record in opening(number, NOW_S):
        assert not isinstance(decoded(record), Refused), record


def test_opening_again_says_the_same_under_the_same_id() -> None:
    first, again = ([json.loads(r.value) for r in opening(3, at)] for at in (NOW_S, NOW_S + 86_400))
    assert [(event["id"], event["data"]) for event in first] == [
        (event["id"], event["data"]) for event in again
    ]
