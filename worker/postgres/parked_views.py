"""Views of parked records: what people may see of them, and what they may ask for."""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple
from uuid import UUID

from worker.domain.record import KeptRecord
from worker.postgres.parked import kept_record
from worker.postgres.transaction import Transaction

BEFORE_ALL: Final = UUID(int=0)

# Page by page along the key, only what is parked now: no snapshot is held while somebody reads a long list.
PAGE: Final = """
    SELECT
        park_id, reason, tenant_id, source, event_id, topic, partition, "offset",
        extract(epoch FROM parked_at)::bigint AS parked_s, detail, cluster_id, record_key, header_names,
        header_values, value, extract(epoch FROM parked_at)::bigint AS arrived_s
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

MARK: Final = """
    UPDATE parked SET retry = true, vouched = $3 WHERE cell = $1 AND park_id = ANY($2::uuid [])
"""

BECAME: Final = """
    SELECT coalesce(closed_as, CASE WHEN retry THEN 'waiting' ELSE 'parked' END) AS became, count(*) AS rows
    FROM parked
    WHERE cell = $1 AND park_id = ANY($2::uuid [])
    GROUP BY 1
"""


DECKS_OF: Final = """
    SELECT tenant_id, rate_deck FROM account WHERE cell = $1 AND tenant_id = ANY($2::text [])
"""


class ParkedView(NamedTuple):
    """A parked record as it is shown, and as it was read."""

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
    record: KeptRecord


class Waiting(NamedTuple):
    """Which parked records are meant."""

    reason: str | None = None
    tenant_id: str | None = None


async def page_of_parked(
    tx: Transaction, cell: int, after: UUID, limit: int, waiting: Waiting
) -> list[ParkedView]:
    """Read the parked records that follow one."""
    rows = await tx.fetch(PAGE, cell, after, limit, *waiting)
    return [ParkedView._make((*tuple(row)[:10], kept_record(row))) for row in rows]


async def decks_of(tx: Transaction, cell: int, tenants: Iterable[str]) -> dict[str, str]:
    """Name the rate deck of each tenant that has an account."""
    return {
        row["tenant_id"]: row["rate_deck"] for row in await tx.fetch(DECKS_OF, cell, sorted(set(tenants)))
    }


async def lock_parked(tx: Transaction, cell: int, park_ids: Collection[UUID]) -> list[str]:
    """Lock those that are parked now; the others are left out."""
    return [str(row["park_id"]) for row in await tx.fetch(LOCK_OPEN, cell, list(park_ids))]


async def mark_for_retry(tx: Transaction, cell: int, park_ids: Collection[str], *, vouched: bool) -> None:
    """Let the release look at locked records again, whatever their reason.

    `vouched`: a person says that usage of days that are gone was never charged.
    """
    await tx.execute(MARK, cell, list(park_ids), vouched)


async def what_became(tx: Transaction, cell: int, park_ids: Collection[UUID]) -> dict[str, int]:
    """Count how records ended; `waiting`: not looked at yet, `parked`: looked at, and parked again."""
    rows = await tx.fetch(BECAME, cell, list(park_ids))
    return {str(row["became"]): int(row["rows"]) for row in rows}
