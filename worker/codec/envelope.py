"""Envelopes: a Kafka record to a checked CloudEvent, in structured or binary mode."""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from schemas.catalogue import CONTRACTS, Contract, attributes
from schemas.envelope import Attributes
from schemas.flaws import describe
from worker.domain.rejection import Reason, Refused, Rejection

STRUCTURED: Final = b"application/cloudevents+json"
# What client libraries write; any other form of it is taken apart.
USUAL: Final = frozenset({STRUCTURED, STRUCTURED + b"; charset=UTF-8", STRUCTURED + b"; charset=utf-8"})
BATCH: Final = b"application/cloudevents-batch"
MOST_NESTING: Final = 16
SQUARE: Final = ord("[")
ATTRIBUTES: Final = frozenset({"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"})

_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]')

Headers = Sequence[tuple[str, bytes]]


class CheckedEvent(NamedTuple):
    """A CloudEvent whose data keeps its contract; `time` is '' when absent."""

    contract: Contract
    event_id: str
    source: str
    time: str
    data: dict[str, Any]


def read_event(value: bytes, headers: Headers, topic: str) -> CheckedEvent | Refused:
    """Check a record against the contract that it names, for the topic on which it came.

    Every refusal names the field and the way out, and never quotes the value.
    """
    content_type = media_type(headers)
    if content_type == STRUCTURED:
        return _structured(value, topic)
    if content_type.startswith(BATCH):
        return refuse(Reason.BATCH_MODE, "content-type", "publish each event as a record of its own")
    if content_type.startswith(b"application/cloudevents"):
        return refuse(Reason.NOT_CLOUDEVENT, "content-type", "only the JSON event format is read")
    return _binary(value, headers, content_type, topic)


def media_type(headers: Headers) -> bytes:
    """Give the content type without its parameters, in lower case; empty when there is none."""
    for name, value in headers:
        if name == "content-type":
            if value in USUAL:
                return STRUCTURED
            return (value or b"").split(b";", 1)[0].strip().lower()
    return b""


def too_deep(value: bytes) -> bool:
    """Tell nesting beyond the limit without parsing; a value with few brackets needs no second look."""
    # An event and its data, as nearly all are: to look for one more is quicker than to count.
    if SQUARE not in value and value.find(b"{", value.find(b"{", 1) + 1) < 0:
        return False
    if value.count(b"{") + value.count(b"[") <= MOST_NESTING:
        return False
    depth = 0
    for token in _BRACKETS.findall(value):
        if token in {b"{", b"["}:
            depth += 1
            if depth > MOST_NESTING:
                return True
        elif token in {b"}", b"]"}:
            depth -= 1
    return False


def _structured(value: bytes, topic: str) -> CheckedEvent | Refused:
    if too_deep(value):
        return refuse(Reason.SCHEMA_INVALID, "", f"nested deeper than {MOST_NESTING} levels")
    try:
        said = attributes().validate_json(value)
    except ValidationError as error:
        return flawed(error, reason=Reason.NOT_CLOUDEVENT)
    contract = find_contract(said["type"], topic)
    if isinstance(contract, Refused):
        return contract
    try:
        event = contract.envelope.validate_json(value)
    except ValidationError as error:
        return flawed(error)
    return CheckedEvent(contract, event["id"], event["source"], event.get("time") or "", event["data"])


def _binary(value: bytes, headers: Headers, content_type: bytes, topic: str) -> CheckedEvent | Refused:
    said = _binary_attributes(headers, content_type)
    if isinstance(said, Refused):
        return said
    contract = find_contract(said["type"], topic)
    if isinstance(contract, Refused):
        return contract
    if too_deep(value):
        return refuse(Reason.SCHEMA_INVALID, "data", f"nested deeper than {MOST_NESTING} levels")
    try:
        data = contract.data.validate_json(value)
    except ValidationError as error:
        return flawed(error, within="data")
    return CheckedEvent(contract, said["id"], said["source"], said.get("time") or "", data)


def _binary_attributes(headers: Headers, content_type: bytes) -> Attributes | Refused:
    if all(name != "ce_specversion" for name, _ in headers):
        detail = (
            "no CloudEvent: send content-type application/cloudevents+json with the whole event, or its"
            " attributes as headers ce_specversion, ce_id, ce_source, ce_type"
        )
        return refuse(Reason.NOT_CLOUDEVENT, "content-type", detail)
    if content_type not in {b"", b"application/json"}:
        return refuse(Reason.NOT_CLOUDEVENT, "content-type", "data must be application/json")
    given: dict[str, str] = {}
    for name, text in headers:
        if name.startswith("ce_") and text:
            try:
                given[name[3:]] = text.decode()
            except UnicodeDecodeError:
                # Only the contract's own names are told: what else a producer calls a header may be personal.
                field = name if name in ATTRIBUTES else "headers"
                return refuse(Reason.NOT_CLOUDEVENT, field, "a ce_ header is not UTF-8")
    try:
        return attributes().validate_python(given)
    except ValidationError as error:
        flaw = describe(error)
        return refuse(Reason.NOT_CLOUDEVENT, f"ce_{flaw.field}", flaw.detail)


def find_contract(event_type: str, topic: str) -> Contract | Refused:
    """Find the contract of a type that is read on this topic."""
    contract = CONTRACTS.get(event_type)
    if contract is None or contract.direction != "consumed":
        return refuse(Reason.UNKNOWN_TYPE, "type", "no such event is read: see schemas/asyncapi.yaml")
    if contract.topic != topic:
        return refuse(Reason.WRONG_TOPIC, "type", f"{event_type} belongs on the topic {contract.topic}")
    return contract


def flawed(error: ValidationError, *, within: str = "", reason: Reason = Reason.SCHEMA_INVALID) -> Refused:
    """Turn what a contract found into a rejection."""
    flaw = describe(error, within)
    if flaw.kind == "json_invalid":
        return refuse(Reason.NOT_JSON, within, flaw.detail)
    return refuse(reason, flaw.field, flaw.detail)


def refuse(reason: Reason, field: str, detail: str) -> Refused:
    """Refuse a record whose identity does not matter any more."""
    return Refused(Rejection(reason, field, detail))
