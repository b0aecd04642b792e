from typing import Any

import pytest

from schemas.catalogue import CONTRACTS
from tests.unit.codec.reading import LARGEST, SOURCES, STRUCTURED, TOPICS, Record, binary, decoded, refusal
from tests.unit.schemas.wire import CALL, CONFERENCE, TYPES, example
from worker.codec.decode import Decoder
from worker.domain.event import CreditAdded, Event, UsageCorrected, UsageVoided
from worker.domain.identity import hashed_key
from worker.domain.rejection import Reason
from worker.domain.usage import Usage

CONSUMED = [name for name in TYPES if CONTRACTS[name].direction == "consumed"]
UUID_TEXT = "0197f0e2-8f3a-7c11-9a5e-1f2d3c4b5a69"


@pytest.mark.parametrize("event_type", CONSUMED)
def test_every_example_is_read_the_same_in_both_modes(event_type: str) -> None:
    topic = CONTRACTS[event_type].topic

    structured = decoded(example(event_type), topic=topic)

    assert decoded(*binary(example(event_type)), topic) == structured
    assert isinstance(structured, Usage if event_type in {CALL, CONFERENCE} else Event)


def test_a_void_names_the_usage_as_the_usage_names_itself() -> None:
    usage = decoded(example(CALL) | {"id": UUID_TEXT, "source": "/platform"})
    given = example("talktime.usage.voided.v1")
    given["data"]["usage"] |= {"source": "/platform", "id": UUID_TEXT}

    found = decoded(given)

    assert isinstance(usage, Usage)
    assert isinstance(found, Event)
    assert isinstance(found.body, UsageVoided)
    assert (found.body.usage.source_number, found.body.usage.key) == (usage.source_number, usage.key)


def test_a_correction_has_the_key_of_its_usage_and_stays_with_its_tenant() -> None:
    given = example("talktime.usage.corrected.v1")

    found = decoded(given)
    given["data"]["corrected"]["tenant_id"] = "globex"

    assert isinstance(found, Event)
    assert isinstance(found.body, UsageCorrected)
    assert found.body.corrected.key == found.body.usage.key
    assert found.body.corrected.tenant_id == found.identity.tenant_id
    assert refusal(decoded(given)) == (Reason.SCHEMA_INVALID, "data.corrected.tenant_id")


@pytest.mark.parametrize("event_type", TYPES)
@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_an_event_on_another_topic_is_refused(event_type: str, topic: str) -> None:
    contract = CONTRACTS[event_type]
    if contract.topic == topic and contract.direction == "consumed":
        return
    expected = Reason.WRONG_TOPIC if contract.direction == "consumed" else Reason.UNKNOWN_TYPE

    assert refusal(decoded(example(event_type), topic=topic)) == (expected, "type")


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/cloudevents+json",
        b"application/cloudevents+json; charset=UTF-8",
        b"Application/CloudEvents+JSON ;charset=utf-8",
    ],
)
def test_the_content_type_is_compared_without_case_and_parameters(content_type: bytes) -> None:
    headers = [("traceparent", b"00-\xff"), ("content-type", content_type)]

    assert isinstance(decoded(example(CALL), headers), Usage)


def test_binary_mode_needs_no_content_type_and_takes_parameters() -> None:
    value, headers = binary(example(CALL), b"application/json; charset=utf-8")

    assert isinstance(decoded(value, headers), Usage)
    assert isinstance(decoded(value, headers[1:]), Usage)


@pytest.mark.parametrize(("name", "field"), [("ce_id", "ce_id"), ("ce_4930123456", "headers")])
def test_a_header_that_is_no_utf_8_is_named_if_the_contract_names_it(name: str, field: str) -> None:
    headers = [("ce_specversion", b"1.0"), (name, b"\xff")]

    assert refusal(decoded(example(CALL), headers)) == (Reason.NOT_CLOUDEVENT, field)


def test_unknown_extra_fields_are_ignored_and_change_no_content() -> None:
    given = example(CALL) | {"subject": "x", "traceparent": "y"}
    given["data"] |= {"mood": {"deep": [1, 2]}}

    assert decoded(given) == decoded(example(CALL))


def test_a_known_sources_uuid_keeps_its_value() -> None:
    given = example(CALL) | {"id": UUID_TEXT, "source": "/platform"}

    found = decoded(given)

    assert isinstance(found, Usage)
    assert (found.source_number, found.key) == (SOURCES["/platform"], UUID_TEXT)


@pytest.mark.parametrize("event_id", [UUID_TEXT.upper(), "call-1", UUID_TEXT.replace("-", "")])
def test_any_other_id_is_hashed_with_its_source(event_id: str) -> None:
    found = decoded(example(CALL) | {"id": event_id, "source": "/platform"})

    assert isinstance(found, Usage)
    assert (found.source_number, found.key) == (0, hashed_key("/platform", event_id))


def test_a_source_without_a_number_is_noted_once() -> None:
    decoder = Decoder(TOPICS, SOURCES, LARGEST)
    value = decoded_bytes(example(CALL) | {"id": UUID_TEXT, "source": "/new"})

    decoder.decode(Record(value))

    assert decoder.take_unnumbered() == {"/new"}
    assert decoder.take_unnumbered() == set()


def decoded_bytes(document: dict[str, Any]) -> bytes:
    value, headers = binary({"data": document})
    assert headers != STRUCTURED
    return value


def test_a_leg_that_stands_twice_is_named() -> None:
    given = example(CONFERENCE)
    given["data"]["legs"].append(given["data"]["legs"][0])
    last = len(given["data"]["legs"]) - 1

    assert refusal(decoded(given)) == (Reason.SCHEMA_INVALID, f"data.legs.{last}.leg_id")


@pytest.mark.parametrize(
    ("number", "number_type"), [("12345", "toll"), ("", "emergency"), ("1" * 16, "toll_free")]
)
def test_a_number_has_the_length_of_its_type(number: str, number_type: str) -> None:
    given = example(CALL)
    given["data"] |= {"rated_number": number, "number_type": number_type}

    assert refusal(decoded(given)) == (Reason.SCHEMA_INVALID, "data.rated_number")


def test_an_event_without_a_time_happened_when_it_was_written() -> None:
    given = example("talktime.account.credit_added.v1") | {"time": None}
    given["data"].pop("paid_at", None)

    found = decoded(given, topic="accounts")

    assert isinstance(found, Event)
    assert isinstance(found.body, CreditAdded)
    assert (found.occurred_s, found.body.paid_s) == (1_772_446_320, 1_772_446_320)
