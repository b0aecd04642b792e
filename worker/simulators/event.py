"""Events as records: the public contracts' envelope in both of its modes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

SOURCE: Final = "/talktime/simulator"
STRUCTURED: Final = b"application/cloudevents+json; charset=UTF-8"
JSON: Final = b"application/json"


class Outgoing(NamedTuple):
    """A record to be produced; `topic` is the topic's role, not its name."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def structured(topic: str, kind: str, event_id: str, at_s: float, data: Mapping[str, object]) -> Outgoing:
    """Write an event as one JSON document."""
    document = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": f"talktime.{kind}",
        "time": rfc3339(at_s),
        "datacontenttype": "application/json",
        "data": data,
    }
    return Outgoing(topic, _key(data), _json(document), (("content-type", STRUCTURED),))


def binary(topic: str, kind: str, event_id: str, at_s: float, data: Mapping[str, object]) -> Outgoing:
    """Write an event with its attributes as headers and its data alone as the value."""
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", SOURCE.encode()),
        ("ce_type", f"talktime.{kind}".encode()),
        ("ce_time", rfc3339(at_s).encode()),
        ("content-type", JSON),
    )
    return Outgoing(topic, _key(data), _json(data), headers)


def rfc3339(at_s: float) -> str:
    """Write a moment to the second."""
    return datetime.fromtimestamp(int(at_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_ordered_id(at_s: float, random: Random) -> str:
    """Draw a UUID of version 7 (RFC 9562): milliseconds first, so that indexes stay warm."""
    bits = int(at_s * 1000) << 80 | random.getrandbits(80)
    version_and_variant = 0x7 << 76 | 0b10 << 62
    return str(UUID(int=bits & ~(0xF << 76 | 0b11 << 62) | version_and_variant))


def _key(data: Mapping[str, object]) -> bytes:
    return str(data["tenant_id"]).encode()


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
