"""Views of parked records: what people may see of them, and what they may ask for."""

from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

from worker.postgres.transaction import Transaction

BEFORE_ALL: Final = UUID(int=0)

# Page by page along the key, only what is parked now: no snapshot is held while somebody reads a long list.
PAGE: Final = """
    SELECT
        park_id, reason, tenant_id, source, event_id, topic, partition, "offset",
        extract(epoch FROM parked_at)::bigint AS parked_s, detail
    FROM parked
    WHERE
        cell = $1
        AND park_id > $2
        AND closed_at IS NULL
        AND ($4::text IS NULL OR reason = $4)
        AND ($5::text IS NULL OR tenant_id = $5)
    ORDER BY park_id
    LIMIT $3
"""

# What another transaction settles at this moment is left to it: nobody waits, so nobody waits for ever.
LOCK_OPEN: Final = """
    SELECT park_id::text AS park_id
    FROM parked
    WHERE cell = $1 AND park_id = ANY($2::uuid []) AND closed_at IS NULL
    ORDER BY park_id
    FOR NO KEY UPDATE SKIP LOCKED
"""

MARK: Final = "UPDATE parked SET retry = true WHERE cell = $1 AND park_id = ANY($2::uuid [])"

BECAME: Final = """
    SELECT coalesce(closed_as, CASE WHEN retry THEN 'waiting' ELSE 'parked' END) AS became, count(*) AS rows
    FROM parked
    WHERE cell = $1 AND park_id = ANY($2::uuid [])
    GROUP BY 1
"""


class ParkedView(NamedTuple):
    """A parked record as it is shown."""

    park_id: UUID
    reason: str
    tenant_id: str
    source: str
    event_id: str
    topic: str
    partition: int
    offset: int
    parked_s: int
    detail: str


class Waiting(NamedTuple):
    """Which parked records are meant."""

    reason: str | None = None
    tenant_id: str | None = None


async def page_of_parked(
    tx: Transaction, cell: int, after: UUID, limit: int, waiting: Waiting
) -> list[ParkedView]:
    """Read the parked records that follow one."""
    return [ParkedView._make(row) for row in await tx.fetch(PAGE, cell, after, limit, *waiting)]


async def lock_parked(tx: Transaction, cell: int, park_ids: Collection[UUID]) -> list[str]:
    """Lock those that are parked now; the others are left out."""
    return [str(row["park_id"]) for row in await tx.fetch(LOCK_OPEN, cell, list(park_ids))]


async def mark_for_retry(tx: Transaction, cell: int, park_ids: Collection[str]) -> None:
    """Let the release look at locked records again, whatever their reason."""
    await tx.execute(MARK, cell, list(park_ids))


async def what_became(tx: Transaction, cell: int, park_ids: Collection[UUID]) -> dict[str, int]:
    """Count how records ended; `waiting`: not looked at yet, `parked`: looked at, and parked again."""
    rows = await tx.fetch(BECAME, cell, list(park_ids))
    return {str(row["became"]): int(row["rows"]) for row in rows}
