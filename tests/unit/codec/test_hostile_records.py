"""Input that breaks more than itself: whatever stands in a record costs that record, with a reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import CONTRACTS
from tests.unit.codec.reading import LARGEST, STRUCTURED, TOPICS, binary, decoded, refusal
from tests.unit.schemas.hostile import PLACES
from tests.unit.schemas.wire import CALL, Path, example, spoiled
from worker.codec.envelope import Headers
from worker.domain.event import Event
from worker.domain.rejection import Reason, Refused
from worker.domain.usage import Usage

TEXT = json.dumps(example(CALL))

BYTES = [
    pytest.param(None, Reason.TOMBSTONE, "", id="a tombstone"),
    pytest.param(b"", Reason.NOT_JSON, "", id="nothing"),
    pytest.param(b"\xff\xfe{\x00}\x00", Reason.NOT_JSON, "", id="UTF-16"),
    pytest.param(b"\xef\xbb\xbf" + TEXT.encode(), Reason.NOT_JSON, "", id="a byte order mark"),
    pytest.param(TEXT.encode()[:-1], Reason.NOT_JSON, "", id="cut off"),
    pytest.param((TEXT + TEXT).encode(), Reason.NOT_JSON, "", id="two at once"),
    pytest.param(TEXT.replace("acme", "\\ud800").encode(), Reason.NOT_JSON, "", id="half a pair, escaped"),
    pytest.param(
        TEXT.encode().replace(b"acme", b"\xed\xa0\x80"), Reason.NOT_JSON, "", id="half a pair, in bytes"
    ),
    pytest.param(b"[" + TEXT.encode() + b"]", Reason.NOT_CLOUDEVENT, "", id="a list of one"),
    pytest.param(b"9" * 5000, Reason.NOT_JSON, "", id="an integer of 5,000 digits"),
    pytest.param(b"[" * 200_000, Reason.SCHEMA_INVALID, "", id="nesting that never ends"),
    pytest.param(b'{"a":' * 17 + b"1" + b"}" * 17, Reason.SCHEMA_INVALID, "", id="nesting of 17"),
    pytest.param(b" " * (LARGEST + 1), Reason.OVERSIZE, "", id="a byte too many"),
    pytest.param(
        TEXT.replace("acme", "a\\u0000b").encode(), Reason.SCHEMA_INVALID, "data.tenant_id", id="NUL"
    ),
    pytest.param(
        TEXT.replace("acme", "x" * 3000).encode(),
        Reason.SCHEMA_INVALID,
        "data.tenant_id",
        id="longer than an index",
    ),
    pytest.param(
        TEXT.replace("talktime.usage.call.v1", "talktime.usage.call.v9").encode(),
        Reason.UNKNOWN_TYPE,
        "type",
        id="a type of another time",
    ),
]


@pytest.mark.parametrize("topic", sorted(TOPICS))
@pytest.mark.parametrize(("value", "reason", "field"), BYTES)
def test_hostile_bytes_are_refused_by_name(
    value: bytes | None, reason: Reason, field: str, topic: str
) -> None:
    if topic != "usage" and reason is Reason.SCHEMA_INVALID and field:
        reason, field = Reason.WRONG_TOPIC, "type"

    assert refusal(decoded(value, topic=topic)) == (reason, field)


def spoils() -> list[Any]:
    return [
        pytest.param(
            f"talktime.{name}.v1",
            path,
            value,
            named or ".".join(map(str, path)),
            id=f"{name} {path[-1]} {what}",
        )
        for name, path, values, named in PLACES
        for what, value in values.items()
        # The other event's own contract finds its own flaws.
        if what != "another event"
    ]


@pytest.mark.parametrize(("event_type", "path", "value", "field"), spoils())
def test_a_spoiled_field_is_named_in_both_modes(
    event_type: str, path: Path, value: object, field: str
) -> None:
    document, topic = spoiled(event_type, path, value), CONTRACTS[event_type].topic

    reason, named = refusal(decoded(document, topic=topic))

    assert reason in {Reason.SCHEMA_INVALID, Reason.NOT_CLOUDEVENT, Reason.UNKNOWN_TYPE, Reason.WRONG_TOPIC}
    assert named == field
    if path[0] == "data" and len(path) > 1:
        assert refusal(decoded(*binary(document), topic)) == (Reason.SCHEMA_INVALID, field)


@pytest.mark.parametrize(
    "started_at",
    [
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-02-30T10:00:00Z",
        "2025-02-29T10:00:00Z",
    ],
)
def test_a_moment_that_no_calendar_has_is_refused_by_its_field(started_at: str) -> None:
    call = spoiled(CALL, ("data", "started_at"), started_at)
    credit = spoiled("talktime.account.credit_added.v1", ("data", "paid_at"), started_at)
    event_time = spoiled("talktime.account.opened.v1", ("time",), started_at)

    assert refusal(decoded(call)) == (Reason.SCHEMA_INVALID, "data.started_at")
    assert refusal(decoded(credit, topic="accounts"))[0] is Reason.SCHEMA_INVALID
    assert refusal(decoded(event_time, topic="accounts")) == (Reason.SCHEMA_INVALID, "time")


@pytest.mark.parametrize(
    ("event_type", "field", "value"),
    [
        ("account.opened", "currency", "XYZ"),
        ("account.opened", "timezone", "Mars/Phobos"),
        ("account.opened", "timezone", "Europe"),
        ("account.opened", "timezone", "/etc/localtime"),
        ("account.credit_added", "amount", "10.005"),
        ("account.credit_added", "currency", "BTC"),
        ("recharge.completed", "amount", "10.001"),
        ("account.changed", "credit_limit", "0.001"),
    ],
)
def test_what_keeps_its_pattern_and_means_nothing_is_refused_by_its_field(
    event_type: str, field: str, value: str
) -> None:
    name = f"talktime.{event_type}.v1"
    given = example(name)
    given["data"] |= {field: value}
    if event_type == "account.changed":
        given["data"]["currency"] = "USD"

    found = refusal(decoded(given, topic=CONTRACTS[name].topic))

    assert found == (Reason.SCHEMA_INVALID, f"data.{field}")


@pytest.mark.parametrize(
    ("headers", "reason", "field"),
    [
        pytest.param([], Reason.NOT_CLOUDEVENT, "content-type", id="no headers"),
        pytest.param(
            [("content-type", b"application/cloudevents-batch+json")],
            Reason.BATCH_MODE,
            "content-type",
            id="batch",
        ),
        pytest.param(
            [("content-type", b"application/cloudevents+avro")],
            Reason.NOT_CLOUDEVENT,
            "content-type",
            id="Avro",
        ),
        pytest.param([("content-type", b"text/plain")], Reason.NOT_CLOUDEVENT, "content-type", id="text"),
        pytest.param(
            [("Content-Type", b"application/cloudevents+json")],
            Reason.NOT_CLOUDEVENT,
            "content-type",
            id="header names are case-sensitive",
        ),
        pytest.param([("content-type", b"\xff\xfe")], Reason.NOT_CLOUDEVENT, "content-type", id="no text"),
        pytest.param(
            [("content-type", None)], Reason.NOT_CLOUDEVENT, "content-type", id="a header without a value"
        ),
        pytest.param([("ce_specversion", b"\xff")], Reason.NOT_CLOUDEVENT, "ce_specversion", id="no UTF-8"),
        pytest.param([("ce_specversion", b"1.0")], Reason.NOT_CLOUDEVENT, "ce_id", id="attributes missing"),
        pytest.param(
            [("ce_specversion", b"0.3")], Reason.NOT_CLOUDEVENT, "ce_specversion", id="another version"
        ),
    ],
)
def test_what_is_no_cloudevent_is_told_what_to_send(headers: Headers, reason: Reason, field: str) -> None:
    assert refusal(decoded(example(CALL), headers)) == (reason, field)


@given(value=st.binary(max_size=64), topic=st.sampled_from(sorted(TOPICS)))
def test_any_bytes_give_a_value_and_never_an_exception(value: bytes, topic: str) -> None:
    assert isinstance(decoded(value, topic=topic), Refused)


@given(
    place=st.integers(0, len(TEXT) - 1), byte=st.integers(0, 255), headers=st.sampled_from([STRUCTURED, ()])
)
def test_one_wrong_byte_anywhere_gives_a_value(place: int, byte: int, headers: Headers) -> None:
    value = bytearray(TEXT.encode())
    value[place] = byte

    assert isinstance(decoded(bytes(value), headers), Usage | Refused | Event)


def test_no_refusal_quotes_what_it_refuses() -> None:
    refused = decoded(spoiled(CALL, ("data", "rated_number"), "+49301234567x"))

    assert isinstance(refused, Refused)
    assert "4930" not in refused.rejection.detail
