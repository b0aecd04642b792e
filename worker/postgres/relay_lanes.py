"""Relay lanes: who may publish what the outbox holds, and until when."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from worker.postgres.transaction import Transaction

# A lease is one conditional upsert: whoever writes it first holds the lane until it ends. All of these lock
# lanes in their order, so relays can wait for one another but never deadlock.
LEASE: Final = """
    INSERT INTO relay_lane AS known (cell, lane, holder, leased_until)
    SELECT $1::smallint, lane, $3::uuid, clock_timestamp() + $4::interval
    FROM unnest($2::smallint []) AS given (lane)
    ORDER BY lane
    ON CONFLICT (cell, lane) DO UPDATE
    SET holder = excluded.holder, leased_until = excluded.leased_until
    WHERE known.holder = excluded.holder OR known.leased_until < clock_timestamp()
    RETURNING lane
"""

# Nobody else has held it meanwhile, whether or not it has run out: what was claimed still stands.
RENEW: Final = """
    WITH ours AS (
        SELECT lane FROM relay_lane
        WHERE cell = $1 AND lane = ANY($2::smallint []) AND holder = $3
        ORDER BY lane
        FOR NO KEY UPDATE
    )
    UPDATE relay_lane SET leased_until = clock_timestamp() + $4::interval
    FROM ours
    WHERE relay_lane.cell = $1 AND relay_lane.lane = ours.lane
    RETURNING relay_lane.lane
"""

RELEASE: Final = """
    WITH ours AS (
        SELECT lane FROM relay_lane WHERE cell = $1 AND holder = $2 ORDER BY lane FOR NO KEY UPDATE
    )
    UPDATE relay_lane SET leased_until = '-infinity'
    FROM ours
    WHERE relay_lane.cell = $1 AND relay_lane.lane = ours.lane
"""


async def lease_lanes(
    tx: Transaction, cell: int, lanes: Sequence[int], holder: UUID, seconds: float
) -> list[int]:
    """Take or keep lanes for some seconds; return those that no other relay holds."""
    rows = await tx.fetch(LEASE, cell, lanes, holder, timedelta(seconds=seconds))
    return [int(row["lane"]) for row in rows]


async def renew_lanes(tx: Transaction, cell: int, lanes: Sequence[int], holder: UUID, seconds: float) -> bool:
    """Keep lanes for some seconds more; false when another relay has had one of them meanwhile."""
    rows = await tx.fetch(RENEW, cell, lanes, holder, timedelta(seconds=seconds))
    return len(rows) == len(lanes)


async def release_lanes(tx: Transaction, cell: int, holder: UUID) -> None:
    """Give all lanes of a relay back."""
    await tx.execute(RELEASE, cell, holder)
