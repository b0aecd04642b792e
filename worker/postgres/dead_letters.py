"""Dead letters: records that can never be charged as they stand, with all their bytes."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import NAMESPACE_OID, uuid5

from worker.domain.record import KeptRecord, Origin
from worker.domain.rejection import Rejection
from worker.postgres.transaction import Transaction

COLUMNS: Final = (
    "cell", "cluster_id", "topic", "partition", "offset", "dead_letter_id", "reason", "field", "detail",
    "record_key", "header_names", "header_values", "value",
)  # fmt: skip

# The refused records of the last so many offsets of a partition: the limit holds across restarts.
RECENT: Final = """
    SELECT "offset", record_key FROM dead_letter
    WHERE cell = $1 AND cluster_id = $2 AND topic = $3 AND partition = $4 AND "offset" >= $5
    ORDER BY "offset"
"""


KNOWN: Final = """
    SELECT dead_letter_id::text AS dead_letter_id FROM dead_letter
    WHERE cell = $1 AND dead_letter_id = ANY($2::uuid [])
"""


class DeadLetter(NamedTuple):
    """A refused record and the reason."""

    rejection: Rejection
    record: KeptRecord


def dead_letter_id(origin: Origin) -> str:
    """Name a dead letter by where it stands: the same record has the same name."""
    return str(uuid5(NAMESPACE_OID, "\x1f".join(map(str, origin))))


async def known_letters(tx: Transaction, cell: int, origins: Iterable[Origin]) -> frozenset[str]:
    """Find the ids of the records that were buried before, whatever became of them."""
    rows = await tx.fetch(KNOWN, cell, sorted(dead_letter_id(origin) for origin in origins))
    return frozenset(str(row["dead_letter_id"]) for row in rows)


async def bury(tx: Transaction, cell: int, letters: Sequence[DeadLetter]) -> None:
    """Keep refused records for the first time; the place in Kafka is the key."""
    if letters:
        await tx.copy("dead_letter", COLUMNS, [_columns(cell, letter) for letter in letters])


def _columns(cell: int, letter: DeadLetter) -> tuple[object, ...]:
    record, rejection = letter.record, letter.rejection
    return (
        cell, *record.origin, dead_letter_id(record.origin), rejection.reason.value, rejection.field,
        rejection.detail, record.key, [name for name, _ in record.headers],
        [value for _, value in record.headers], record.value,
    )  # fmt: skip


async def recent_refusals(tx: Transaction, cell: int, origin: Origin) -> list[tuple[int, bytes | None]]:
    """List the offsets and keys of records refused at or after an offset of a partition."""
    rows = await tx.fetch(RECENT, cell, origin.cluster_id, origin.topic, origin.partition, origin.offset)
    return [(int(row["offset"]), row["record_key"]) for row in rows]
