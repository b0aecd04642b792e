"""Decoding: a Kafka record to usage, an event, or the reason why it is neither."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from pydantic import ValidationError

from schemas.catalogue import CONTRACTS
from worker.codec.envelope import (
    STRUCTURED,
    CheckedEvent,
    Headers,
    media_type,
    read_event,
    refuse,
    too_deep,
)
from worker.codec.events import read_account_event
from worker.codec.revisions import read_revision
from worker.codec.usage import UsageReader
from worker.domain.decide import Decoded
from worker.domain.rejection import Reason, Refused

CALL_TYPE: Final = "talktime.usage.call.v1"
CONFERENCE_TYPE: Final = "talktime.usage.conference.v1"


class ReadRecord(Protocol):
    """What a record of any Kafka client has; `timestamp` is in milliseconds."""

    @property
    def topic(self) -> str:
        """The topic it was read from."""

    @property
    def partition(self) -> int:
        """The partition it was read from."""

    @property
    def offset(self) -> int:
        """Its place in that partition."""

    @property
    def timestamp(self) -> int:
        """When it was written."""

    @property
    def key(self) -> bytes | None:
        """What chose its partition."""

    @property
    def value(self) -> bytes | None:
        """What it says; None for a tombstone."""

    @property
    def headers(self) -> Headers:
        """What its producer said about it."""


class Decoder:
    """Decodes the records of one batch after another; any bytes give a value, never an exception.

    `topics` maps the names in use to those of the contracts (`usage`, `accounts`, `payments`).
    """

    def __init__(
        self, topics: Mapping[str, str], sources: Mapping[str, int], largest_record_bytes: int
    ) -> None:
        self._topics = topics
        self._largest = largest_record_bytes
        self._reader = UsageReader(sources)
        self._call: Callable[[bytes], Any] = CONTRACTS[CALL_TYPE].read_event

    def take_unnumbered(self) -> set[str]:
        """Give the sources that have no number yet, and forget them."""
        unnumbered, self._reader.unnumbered = self._reader.unnumbered, set()
        return unnumbered

    def decode(self, record: ReadRecord) -> Decoded:
        """Decode one record."""
        value = record.value
        if value is None:
            return refuse(Reason.TOMBSTONE, "", "a record without a value says nothing")
        if len(value) > self._largest:
            detail = f"{len(value)} bytes; at most {self._largest} are read"
            return refuse(Reason.OVERSIZE, "", detail)
        topic = self._topics[record.topic]
        if topic == "usage" and media_type(record.headers) == STRUCTURED and not too_deep(value):
            # Nearly every record is a call, so it is tried first; whatever is none is looked at in full.
            try:
                event = self._call(value)
            except ValidationError:
                pass
            else:
                return self._reader.call(event["id"], event["source"], event["data"])
        checked = read_event(value, record.headers, topic)
        if isinstance(checked, Refused):
            return checked
        if topic == "usage":
            return self._usage(checked, record.timestamp // 1000)
        return read_account_event(checked, record.timestamp // 1000)

    def _usage(self, event: CheckedEvent, arrived_s: int) -> Decoded:
        if event.contract.event_type == CALL_TYPE:
            return self._reader.call(event.event_id, event.source, event.data)
        if event.contract.event_type == CONFERENCE_TYPE:
            return self._reader.conference(event.event_id, event.source, event.data)
        return read_revision(event, self._reader, arrived_s)
