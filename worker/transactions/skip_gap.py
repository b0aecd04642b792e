"""Skipping a gap: a partition that lost records goes on, and the gap is kept, or neither."""

from worker.postgres.standings import Gap, Standing, move_standing, record_gap
from worker.postgres.transaction import Database, transaction


async def skip_gap(
    pool: Database, standing: Standing, gap: Gap, *, cluster_id: str, next_offset: int
) -> bool:
    """Move the read position past the gap; false when it has moved since it was read."""
    async with transaction(pool) as tx:
        if not await move_standing(tx, standing, cluster_id, next_offset):
            return False
        await record_gap(tx, standing, gap)
    return True
