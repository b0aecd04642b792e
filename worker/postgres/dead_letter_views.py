"""Views of dead letters: what people may see of them, and what they may ask for."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from asyncpg import Record

from worker.postgres.transaction import Transaction

# Page by page along the key, only what nobody has settled: no snapshot is held over a long list.
PAGE: Final = """
    SELECT
        cluster_id, topic, partition, "offset", dead_letter_id, reason, field, detail,
        extract(epoch FROM rejected_at)::bigint AS rejected_s
    FROM dead_letter
    WHERE
        cell = $1
        AND (cluster_id, topic, partition, "offset") > ($2::text, $3::text, $4::integer, $5::bigint)
        AND settled_at IS NULL
        AND ($7::text IS NULL OR reason = $7)
    ORDER BY cluster_id, topic, partition, "offset"
    LIMIT $6
"""

WHOLE: Final = """
    SELECT
        cluster_id, topic, partition, "offset", dead_letter_id, reason, field, detail,
        extract(epoch FROM rejected_at)::bigint AS rejected_s, record_key, header_names, header_values, value,
        extract(epoch FROM settled_at)::bigint AS settled_s, settled_as
    FROM dead_letter
    WHERE cell = $1 AND dead_letter_id = ANY($2::uuid [])
    ORDER BY cluster_id, topic, partition, "offset"
"""

# What another transaction settles at this moment is left to it: nobody waits, so nobody waits for ever.
LOCK: Final = """
    SELECT dead_letter_id, topic, record_key, header_names, header_values, value
    FROM dead_letter
    WHERE cell = $1 AND dead_letter_id = ANY($2::uuid []) AND settled_at IS NULL
    ORDER BY cluster_id, topic, partition, "offset"
    FOR NO KEY UPDATE SKIP LOCKED
"""

SETTLE: Final = """
    UPDATE dead_letter SET settled_at = now(), settled_as = $3
    WHERE cell = $1 AND dead_letter_id = ANY($2::uuid [])
"""

Place = tuple[str, str, int, int]
BEFORE_ALL: Final[Place] = ("", "", -1, -1)


class LetterView(NamedTuple):
    """A dead letter as it is listed."""

    cluster_id: str
    topic: str
    partition: int
    offset: int
    dead_letter_id: UUID
    reason: str
    field: str
    detail: str
    rejected_s: int

    @property
    def place(self) -> Place:
        """Where the record stands in Kafka."""
        return self[:4]


class WholeLetter(NamedTuple):
    """A dead letter with its bytes; nobody has settled it while `settled_as` is None."""

    letter: LetterView
    record_key: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes | None
    settled_s: int | None
    settled_as: str | None


class LetterRecord(NamedTuple):
    """The record of a dead letter, to be published as it was."""

    dead_letter_id: UUID
    topic: str
    record_key: bytes | None
    header_names: list[str]
    header_values: list[bytes]
    value: bytes | None


async def page_of_letters(
    tx: Transaction, cell: int, after: Place, limit: int, reason: str | None
) -> list[LetterView]:
    """Read the dead letters that follow a place."""
    return [LetterView._make(row) for row in await tx.fetch(PAGE, cell, *after, limit, reason)]


async def whole_letters(tx: Transaction, cell: int, ids: Collection[UUID]) -> list[WholeLetter]:
    """Read dead letters with everything that was kept; unknown ids are left out."""
    return [_whole(row) for row in await tx.fetch(WHOLE, cell, list(ids))]


def _whole(row: Record) -> WholeLetter:
    headers = list(zip(row["header_names"], row["header_values"], strict=True))
    listed = LetterView._make(tuple(row)[: len(LetterView._fields)])
    return WholeLetter(listed, row["record_key"], headers, row["value"], row["settled_s"], row["settled_as"])


async def lock_letters(tx: Transaction, cell: int, ids: Collection[UUID]) -> list[LetterRecord]:
    """Lock those that nobody has settled, in the order of their records."""
    return [LetterRecord._make(row) for row in await tx.fetch(LOCK, cell, list(ids))]


async def settle_letters(tx: Transaction, cell: int, ids: Collection[UUID], settled_as: str) -> None:
    """Mark locked dead letters as `replayed` or `discarded`."""
    await tx.execute(SETTLE, cell, list(ids), settled_as)
