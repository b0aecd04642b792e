"""Accounts that are due: found by their time, whatever nobody's call brings up."""

from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

# Along the index, and past what somebody else holds: two sweeps never take the same account, and none waits.
# The last condition is the index's own, which a plan for any time must find in the statement.
LOCK_DUE: Final = """
    SELECT next_due_s, account_id
    FROM account
    WHERE
        cell = $1
        AND (next_due_s, account_id) > ($2, $3)
        AND next_due_s <= $4
        AND next_due_s < 253402300799
    ORDER BY next_due_s, account_id
    LIMIT $5
    FOR NO KEY UPDATE SKIP LOCKED
"""

OVERDUE: Final = """
    SELECT count(*) AS accounts, min(next_due_s) AS since_s
    FROM account
    WHERE cell = $1 AND next_due_s <= $2 AND next_due_s < 253402300799
"""


class Due(NamedTuple):
    """An account that is due, and since when: the order of the sweep."""

    since_s: int
    account_id: int


class Overdue(NamedTuple):
    """How many accounts are due, and for how many seconds the first of them has been."""

    accounts: int
    oldest_s: int


# Before every account.
FIRST: Final = Due(-1, 0)


async def lock_due(tx: Transaction, cell: int, now_s: int, after: Due, limit: int) -> list[Due]:
    """Lock accounts that are due now and stand after one; those that are being charged are passed over."""
    return [Due._make(row) for row in await tx.fetch(LOCK_DUE, cell, *after, now_s, limit)]


async def overdue_accounts(tx: Transaction, cell: int, now_s: int) -> Overdue:
    """Count what the sweep should have done by now."""
    row = await tx.fetchrow(OVERDUE, cell, now_s)
    if row is None or not row["accounts"]:
        return Overdue(0, 0)
    return Overdue(int(row["accounts"]), now_s - int(row["since_s"]))
