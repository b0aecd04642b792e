"""Effects: what became of an event that was published a moment ago."""

from typing import Final, NamedTuple

from worker.domain.identity import Identity, park_key
from worker.postgres.transaction import Transaction

APPLIED: Final = """
    SELECT known.content_hash
    FROM account
    INNER JOIN account_event AS known ON known.cell = $1 AND account.account_id = known.account_id
    WHERE account.cell = $1 AND account.tenant_id = $2 AND known.event_key = $3
"""

PARKED: Final = """
    SELECT reason, field, detail FROM parked WHERE cell = $1 AND park_id = $2 AND closed_at IS NULL
"""

# Only the latest offsets of each partition are looked at, by the key: the event was read a moment ago.
REFUSED: Final = """
    SELECT refused.reason, refused.field, refused.detail
    FROM read_position AS known
    INNER JOIN dead_letter AS refused
        ON
            refused.cell = $1
            AND refused.cluster_id = known.cluster_id
            AND refused.topic = known.topic
            AND refused.partition = known.partition
            AND refused."offset" >= known.next_offset - 10000
    WHERE known.cell = $1 AND known.topic = $2 AND refused.value = $3
    LIMIT 1
"""


class Effect(NamedTuple):
    """How an event ended: applied when there is no reason against it."""

    reason: str = ""
    field: str = ""
    detail: str = ""


async def find_effect(
    tx: Transaction, cell: int, identity: Identity, topic: str, value: bytes
) -> Effect | None:
    """Find what became of an event in a cell; None: nothing yet."""
    if await tx.fetchrow(APPLIED, cell, identity.tenant_id, identity.key) is not None:
        return Effect()
    row = await tx.fetchrow(PARKED, cell, park_key(identity))
    if row is None:
        row = await tx.fetchrow(REFUSED, cell, topic, value)
    return None if row is None else Effect._make(row)
