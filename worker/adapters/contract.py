"""Events held against their contract before they are sent, by the very code that will read them."""

from typing import Final, NamedTuple

from worker.adapters.cloud_event import MAX_EVENT_BYTES
from worker.adapters.outcome import Event, Rejected
from worker.codec.decode import Decoder
from worker.codec.envelope import STRUCTURED, Headers
from worker.domain.rejection import Refused

TOPIC: Final = "usage"


class Record(NamedTuple):
    """An event as the worker will meet it."""

    key: bytes | None
    value: bytes
    topic: str = TOPIC
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    headers: Headers = (("content-type", STRUCTURED),)


class Contract:
    """The contract of usage events; what it refuses would only become a dead letter."""

    def __init__(self) -> None:
        self._decoder = Decoder({TOPIC: TOPIC}, {}, MAX_EVENT_BYTES)

    def hold(self, event: Event) -> Event | Rejected:
        """Give an event back when it keeps its contract; the reason names the field and no value."""
        decoded = self._decoder.decode(Record(event.key, event.value))
        if not isinstance(decoded, Refused):
            return event
        rejection = decoded.rejection
        return Rejected(f"{rejection.field.removeprefix('data.') or rejection.reason}: {rejection.detail}")
