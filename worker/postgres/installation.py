"""The installation: drawn at the first migrate, restored with backups; the root of all recharge ids."""

from typing import Final
from uuid import UUID

from worker.postgres.transaction import Transaction

READ: Final = "SELECT installation_id FROM installation"


async def read_installation(tx: Transaction) -> UUID:
    """Read who we are."""
    row = await tx.fetchrow(READ)
    assert row is not None, "the migration draws it"
    return UUID(str(row[0]))
