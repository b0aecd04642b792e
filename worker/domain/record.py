"""Records: what came from Kafka, kept as it was until nobody can need it again."""

from collections.abc import Sequence
from typing import NamedTuple


class Origin(NamedTuple):
    """Where a record stands; `cluster_id` names the Kafka cluster, since offsets mean nothing elsewhere."""

    cluster_id: str
    topic: str
    partition: int
    offset: int


class KeptRecord(NamedTuple):
    """A record as it was read, bytes and all."""

    origin: Origin
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None
    arrived_s: int
