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
    SELECT
        count(*) FILTER (WHERE state = 'open') AS unanswered,
        count(*) FILTER (WHERE state = 'pending') AS pending,
        coalesce(
            extract(epoch FROM now()) - min(requested_s) FILTER (WHERE state = 'open'), 0
        )::float8 AS oldest_s
    FROM recharge
    WHERE cell = $1 AND state IN ('open', 'pending')
"""


# Reads every account, so it is asked seldom: an index would be touched by every debit.
TROUBLED: Final = """
    SELECT
        suppressed,
        count(*) FILTER (WHERE depleted) AS depleted,
        count(*) FILTER (WHERE recharge_enabled AND balance_micros < trigger_micros) AS below_trigger,
        count(*) FILTER (WHERE recharge_enabled AND recharge_block = 'stopped') AS stopped
    FROM account
    WHERE cell = $1
    GROUP BY suppressed
"""


class Parked(NamedTuple):
    """How many records are parked for which reason, and the age of the oldest in seconds."""

    by_reason: Mapping[str, int]
    oldest_s: float


class Requests(NamedTuple):
    """How many requests have no answer, how many a pending one; the age of the oldest without, in seconds."""

    unanswered: int
    pending: int
    oldest_s: float


class Troubled(NamedTuple):
    """How many accounts are depleted, below their trigger, stopped, and below it but held back, by reason."""

    depleted: int
    below_trigger: int
    stopped: int
    held_back: Mapping[str, int]


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
    """Count the requests that wait for an answer, or for the end of a payment."""
    row = await tx.fetchrow(OPEN_RECHARGES, cell)
    return Requests._make(row) if row else Requests(0, 0, 0.0)


async def troubled_accounts(tx: Transaction, cell: int) -> Troubled:
    """Count the accounts that are in trouble."""
    rows = await tx.fetch(TROUBLED, cell)
    return Troubled(
        sum(row["depleted"] for row in rows),
        sum(row["below_trigger"] for row in rows),
        sum(row["stopped"] for row in rows),
        {row["suppressed"]: row["below_trigger"] for row in rows if row["suppressed"]},
    )
