"""What waits for a person, for money or for better times, in numbers."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

PARKED: Final = """
    SELECT reason, count(*) AS parked, extract(epoch FROM now() - min(parked_at))::float8 AS oldest_s
    FROM parked
    WHERE cell = $1 AND closed_at IS NULL
    GROUP BY reason
"""

LETTERS: Final = "SELECT count(*) FROM dead_letter WHERE cell = $1 AND settled_at IS NULL"

OPEN_RECHARGES: Final = """
    SELECT count(*), coalesce(extract(epoch FROM now()) - min(requested_s), 0)::float8
    FROM recharge
    WHERE cell = $1 AND state IN ('open', 'pending')
"""


# Reads every account, so it is asked seldom: an index would be touched by every debit.
TROUBLED: Final = """
    SELECT
        count(*) FILTER (WHERE depleted),
        count(*) FILTER (WHERE recharge_enabled AND balance_micros < trigger_micros)
    FROM account
    WHERE cell = $1
"""


class Parked(NamedTuple):
    """How many records are parked for which reason, and the age of the oldest in seconds."""

    by_reason: Mapping[str, int]
    oldest_s: float


class Requests(NamedTuple):
    """How many requests wait for an answer, and the age of the oldest in seconds."""

    open: int
    oldest_s: float


async def waiting_parked(tx: Transaction, cell: int) -> Parked:
    """Count what is parked now."""
    rows = await tx.fetch(PARKED, cell)
    by_reason = {str(row["reason"]): int(row["parked"]) for row in rows}
    return Parked(by_reason, max((float(row["oldest_s"]) for row in rows), default=0.0))


async def waiting_letters(tx: Transaction, cell: int) -> int:
    """Count the dead letters that nobody has settled."""
    row = await tx.fetchrow(LETTERS, cell)
    return int(row[0]) if row else 0


async def open_recharges(tx: Transaction, cell: int) -> Requests:
    """Count the requests that wait for an answer."""
    row = await tx.fetchrow(OPEN_RECHARGES, cell)
    return Requests(int(row[0]), float(row[1])) if row else Requests(0, 0.0)


async def troubled_accounts(tx: Transaction, cell: int) -> tuple[int, int]:
    """Count the accounts that are depleted, and those below their trigger."""
    row = await tx.fetchrow(TROUBLED, cell)
    return (int(row[0]), int(row[1])) if row else (0, 0)
