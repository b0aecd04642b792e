"""Records as any Kafka client gives them, and a decoder to read them."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from worker.codec.decode import Decoder
from worker.codec.envelope import Headers
from worker.domain.decide import Decoded
from worker.domain.rejection import Reason, Refused

STRUCTURED: Headers = (("content-type", b"application/cloudevents+json"),)
TOPICS = {"usage": "usage", "accounts": "accounts", "payments": "payments"}
SOURCES = {"/platform": 3}
LARGEST = 1_048_576


class Record(NamedTuple):
    value: bytes | None
    headers: Headers = STRUCTURED
    topic: str = "usage"
    partition: int = 0
    offset: int = 7
    timestamp: int = 1_772_446_320_999
    key: bytes | None = b"acme"


def decoded(value: object, headers: Headers = STRUCTURED, topic: str = "usage") -> Decoded:
    """Decode bytes as they are, anything else as JSON."""
    given = value if isinstance(value, bytes | None) else json.dumps(value).encode()
    return Decoder(TOPICS, SOURCES, LARGEST).decode(Record(given, headers, topic))


def refusal(one: Decoded) -> tuple[Reason, str]:
    """The reason and the field of what was refused."""
    assert isinstance(one, Refused), f"was taken: {one}"
    return one.rejection.reason, one.rejection.field


def binary(document: Mapping[str, Any], content_type: bytes = b"application/json") -> tuple[bytes, Headers]:
    """Write the same event in binary mode."""
    headers = [
        (f"ce_{name}", str(text).encode())
        for name, text in document.items()
        if name not in {"data", "datacontenttype"}
    ]
    return json.dumps(document["data"]).encode(), [("content-type", content_type), *headers]
