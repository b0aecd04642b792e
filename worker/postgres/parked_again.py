"""Looking again: what no tariff priced is looked at once more when its account changes to another deck."""

from collections.abc import Sequence
from typing import Final

from worker.postgres.transaction import Transaction

# As if no generation of the decks had been tried: the release takes it up, and writes which one it tried.
LOOK_AGAIN: Final = """
    UPDATE parked SET generation = 0
    WHERE
        cell = $1
        AND closed_at IS NULL
        AND reason IN ('unrated', 'currency')
        AND tenant_id = ANY($2::text [])
"""


async def look_again(tx: Transaction, cell: int, tenants: Sequence[str]) -> None:
    """Have what waits for a price looked at once more, under the locks of these accounts."""
    if tenants:
        await tx.execute(LOOK_AGAIN, cell, sorted(tenants))
