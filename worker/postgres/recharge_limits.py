"""The limits that stored settings of auto-recharge were last held against, and how far that has got."""

from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

READ: Final = "SELECT limits, checked_to FROM recharge_limits WHERE cell = $1"

WRITE: Final = """
    INSERT INTO recharge_limits (cell, limits, checked_to) VALUES ($1, $2, $3)
    ON CONFLICT (cell) DO UPDATE SET limits = excluded.limits, checked_to = excluded.checked_to
"""

# Along the key: accounts that never ask are passed over.
ASKING: Final = """
    SELECT account_id FROM account
    WHERE cell = $1 AND account_id > $2 AND recharge_enabled
    ORDER BY account_id
    LIMIT $3
"""

# No account has this number: all were held against the limits.
ALL: Final = 2**31 - 1


class Checked(NamedTuple):
    """Which limits, and the last account that was held against them."""

    limits: str
    checked_to: int


async def read_checked(tx: Transaction, cell: int) -> Checked | None:
    """Read how far it has got; None: nothing was ever written down."""
    row = await tx.fetchrow(READ, cell)
    return None if row is None else Checked._make(row)


async def write_checked(tx: Transaction, cell: int, checked: Checked) -> None:
    """Write down how far it has got."""
    await tx.execute(WRITE, cell, *checked)


async def asking_accounts(tx: Transaction, cell: int, after_id: int, limit: int) -> list[int]:
    """Number the next accounts that have auto-recharge enabled."""
    return [int(row["account_id"]) for row in await tx.fetch(ASKING, cell, after_id, limit)]
