from typing import Any

import pytest

from schemas.catalogue import CONTRACTS
from tests.unit.codec.reading import decoded
from tests.unit.schemas.wire import CALL, CONFERENCE, example
from worker.domain.event import Event
from worker.domain.usage import Usage


def call(**data: Any) -> Usage:  # noqa: ANN401 -- whatever JSON holds
    given = example(CALL)
    given["data"] |= data
    found = decoded(given)
    assert isinstance(found, Usage)
    return found


def content(event_type: str, **data: Any) -> int:  # noqa: ANN401 -- whatever JSON holds
    given = example(event_type)
    given["data"] |= data
    found = decoded(given, topic=CONTRACTS[event_type].topic)
    assert isinstance(found, Event)
    return found.identity.content_hash


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"started_at": "2026-03-02T10:12:00.999999999Z"}, id="fractions are cut"),
        pytest.param({"started_at": "2026-03-02T11:12:00+01:00"}, id="another offset"),
        pytest.param({"started_at": "2026-03-02t10:12:00z"}, id="lower case"),
        pytest.param({"started_at": "2026-03-02 10:12:00Z"}, id="a space"),
        pytest.param({"rated_number": "4930123456"}, id="no plus"),
        pytest.param({"origin": None, "allowance": None}, id="null is absent"),
        pytest.param({"origin": None, "unknown": 1}, id="unknown fields"),
    ],
)
def test_the_same_call_however_it_is_written_has_the_same_content(data: dict[str, Any]) -> None:
    plain = {
        "started_at": "2026-03-02T10:12:00Z",
        "rated_number": "+4930123456",
        "origin": None,
        "allowance": None,
    }

    assert call(**plain | data).content_hash == call(**plain).content_hash


@pytest.mark.parametrize(
    "data",
    [
        {"duration_s": 62},
        {"rated_number": "+4930123457"},
        {"service": "inbound"},
        {"number_type": "toll_free"},
        {"started_at": "2026-03-02T10:12:01Z"},
        {"origin": "TR"},
        {"allowance": "none"},
        {"user_id": "u-99"},
        {"call_id": "k-99"},
        {"other_number": "+4930999"},
        {"tenant_id": "globex"},
    ],
    ids=str,
)
def test_any_other_known_field_is_another_content(data: dict[str, Any]) -> None:
    plain = {
        "started_at": "2026-03-02T10:12:00Z",
        "duration_s": 61,
        "rated_number": "+4930123456",
        "origin": None,
    }

    assert call(**plain | data).content_hash != call(**plain).content_hash


def test_legs_in_another_order_are_the_same_conference() -> None:
    given = example(CONFERENCE)
    turned = example(CONFERENCE)
    turned["data"]["legs"].reverse()

    one, other = decoded(given), decoded(turned)

    assert isinstance(one, Usage)
    assert isinstance(other, Usage)
    assert one.content_hash == other.content_hash
    assert [leg.leg_id for leg in one.legs] == [leg.leg_id for leg in other.legs[::-1]]


def test_money_is_compared_by_its_value_and_times_by_theirs() -> None:
    credit = "talktime.account.credit_added.v1"
    plain = content(credit, amount="50", paid_at="2026-03-02T10:12:00Z")

    assert content(credit, amount="050.00", paid_at="2026-03-02T11:12:00.5+01:00") == plain
    assert content(credit, amount="50.01", paid_at="2026-03-02T10:12:00Z") != plain


def test_a_corrected_conference_is_the_same_whatever_the_order_of_its_legs() -> None:
    given = example("talktime.usage.corrected.v1")
    legs = example(CONFERENCE)["data"]
    given["data"] |= {"corrected": legs | {"tenant_id": given["data"]["tenant_id"]}}
    turned = {**given, "data": given["data"] | {"corrected": {**given["data"]["corrected"]}}}
    turned["data"]["corrected"]["legs"] = legs["legs"][::-1]

    one, other = decoded(given), decoded(turned)

    assert isinstance(one, Event)
    assert isinstance(other, Event)
    assert one.identity == other.identity
