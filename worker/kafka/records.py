"""Records as the client library gives them, typed: it carries no types of its own."""

from collections.abc import Sequence
from typing import Protocol

# A topic and the number of one of its partitions.
Partition = tuple[str, int]


class Record(Protocol):
    """One record of a topic; `value` is None for a tombstone, `timestamp` is in milliseconds."""

    @property
    def topic(self) -> str:
        """The topic it was read from."""

    @property
    def partition(self) -> int:
        """The partition it was read from."""

    @property
    def offset(self) -> int:
        """Its place in that partition; the next record's may be higher by more than one."""

    @property
    def timestamp(self) -> int:
        """When its producer, or the broker, says that it was written."""

    @property
    def key(self) -> bytes | None:
        """What chose its partition."""

    @property
    def value(self) -> bytes | None:
        """What it says."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """What its producer said about it."""
