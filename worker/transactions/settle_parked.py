"""Settle parked records by hand: look at them again, or let them go."""

from collections.abc import Collection
from uuid import UUID

from worker.postgres.parked import close_parked
from worker.postgres.parked_views import lock_parked, mark_for_retry
from worker.postgres.transaction import Database, transaction


async def retry_parked(
    pool: Database, cell: int, park_ids: Collection[UUID], *, vouched: bool, dry_run: bool
) -> int:
    """Have the worker look at these again; return how many of them are parked.

    `vouched`: a person says that usage of days that are gone was never charged.
    """
    async with transaction(pool) as tx:
        found = await lock_parked(tx, cell, park_ids)
        if not dry_run:
            await mark_for_retry(tx, cell, found, vouched=vouched)
        return len(found)


async def discard_parked(pool: Database, cell: int, park_ids: Collection[UUID], *, dry_run: bool) -> int:
    """Close these without charging them, for good; return how many of them are parked."""
    async with transaction(pool) as tx:
        found = await lock_parked(tx, cell, park_ids)
        if not dry_run:
            await close_parked(tx, cell, [(park_id, "discarded") for park_id in found])
        return len(found)
