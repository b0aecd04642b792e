"""Discarded records: what a person has let go stays without effect, however often it is read again."""

from collections.abc import Iterable
from typing import Final

from worker.postgres.transaction import Transaction

# One look along the index for each tenant, however much of theirs was discarded.
TENANTS: Final = """
    SELECT tenant_id FROM unnest($2::text []) AS asked (tenant_id)
    WHERE
        EXISTS (
            SELECT FROM parked
            WHERE
                parked.cell = $1
                AND parked.closed_as = 'discarded'
                AND parked.tenant_id = asked.tenant_id
        )
"""

AMONG: Final = """
    SELECT park_id::text AS park_id FROM parked
    WHERE cell = $1 AND park_id = ANY($2::uuid []) AND closed_as = 'discarded'
"""


async def tenants_with_discarded(tx: Transaction, cell: int, tenants: Iterable[str]) -> frozenset[str]:
    """Find the tenants of whom anything was discarded."""
    rows = await tx.fetch(TENANTS, cell, sorted(tenants))
    return frozenset(str(row["tenant_id"]) for row in rows)


async def discarded_among(tx: Transaction, cell: int, park_ids: Iterable[str]) -> frozenset[str]:
    """Find which of these were parked and discarded."""
    rows = await tx.fetch(AMONG, cell, sorted(park_ids))
    return frozenset(str(row["park_id"]) for row in rows)
