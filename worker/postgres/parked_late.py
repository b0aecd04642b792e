"""Parking late: revisions that were kept for their usage, and are refused when it comes."""

from collections.abc import Iterable
from typing import Final

from worker.postgres.parked import ParkedRow, columns_of
from worker.postgres.transaction import Transaction

# It may have been parked before, for another reason, and closed when it was kept: then it waits again, with
# its bytes, which may have been forgotten there. The counters of its partition called it applied when it
# came, so it is no parked record among those.
PARK_LATE: Final = """
    INSERT INTO parked (
        cell, park_id, tenant_id, reason, field, detail, source, event_id, event_key, content_hash,
        started_s, generation, cluster_id, topic, partition, "offset", record_key, header_names,
        header_values, value, waits_for, late
    )
    VALUES (
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        true
    )
    ON CONFLICT (cell, park_id) DO UPDATE SET
        reason = excluded.reason,
        field = excluded.field,
        detail = excluded.detail,
        generation = excluded.generation,
        record_key = excluded.record_key,
        header_names = excluded.header_names,
        header_values = excluded.header_values,
        value = excluded.value,
        closed_at = NULL,
        closed_as = NULL,
        retry = false
"""


async def park_late(tx: Transaction, cell: int, generation: int, rows: Iterable[ParkedRow]) -> None:
    """Park what was counted as applied when it came; nearly always nothing."""
    for row in rows:
        await tx.execute(PARK_LATE, *columns_of(cell, generation, row))
