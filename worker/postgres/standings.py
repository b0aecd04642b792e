"""Standings: every partition's read position with its counts, and the gaps passed over on purpose."""

from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

CELLS: Final = "SELECT cell FROM cell ORDER BY cell"

STANDINGS: Final = """
    SELECT
        topic, partition, cluster_id, next_offset, epoch,
        records, charged, applied, duplicate, parked, dead_lettered
    FROM read_position
    WHERE cell = $1
    ORDER BY topic, partition
"""

# The higher epoch makes whoever still reads the partition roll back and ask where it stands.
MOVE: Final = """
    UPDATE read_position
    SET cluster_id = $6, next_offset = $7, epoch = epoch + 1
    WHERE cell = $1 AND topic = $2 AND partition = $3 AND next_offset = $4 AND epoch = $5
    RETURNING epoch
"""

RECORD_GAP: Final = """
    INSERT INTO position_gap (cell, topic, partition, cluster_id, from_offset, to_offset)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (cell, topic, partition, cluster_id, from_offset) DO NOTHING
"""


class Standing(NamedTuple):
    """Where a partition stands, and what became of the records before that."""

    cell: int
    topic: str
    partition: int
    cluster_id: str
    next_offset: int
    epoch: int
    records: int
    charged: int
    applied: int
    duplicate: int
    parked: int
    dead_lettered: int


class Gap(NamedTuple):
    """Offsets that are passed over: from one on, up to but without the other."""

    from_offset: int
    to_offset: int


async def read_standings(tx: Transaction) -> list[Standing]:
    """Read every partition of every cell."""
    cells = [int(row["cell"]) for row in await tx.fetch(CELLS)]
    return [Standing(cell, *row) for cell in cells for row in await tx.fetch(STANDINGS, cell)]


async def move_standing(tx: Transaction, standing: Standing, cluster_id: str, next_offset: int) -> bool:
    """Let a partition go on elsewhere; false when it has moved since it was read."""
    moved = await tx.fetchrow(
        MOVE,
        standing.cell,
        standing.topic,
        standing.partition,
        standing.next_offset,
        standing.epoch,
        cluster_id,
        next_offset,
    )
    return moved is not None


async def record_gap(tx: Transaction, standing: Standing, gap: Gap) -> None:
    """Keep what was passed over, for ever."""
    await tx.execute(RECORD_GAP, *standing[:4], *gap)
