"""Forget one user at once."""

from worker.postgres.forgetting import forget_texts_of
from worker.postgres.transaction import Database, transaction


async def forget_user(pool: Database, cell: int, tenant_id: str, user_id: str) -> int:
    """Remove the id of one user of a tenant; return how many rows named it.

    Entries keep their money and lose the name at once, and so do requests for credit and what was parked or
    a dead letter and is settled. What is not settled keeps its bytes until then, and what was published is
    elsewhere. A user who calls again is somebody new.
    """
    async with transaction(pool) as tx:
        return await forget_texts_of(tx, cell, tenant_id, user_id)
