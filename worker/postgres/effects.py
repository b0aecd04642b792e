"""Effects: what became of an event that was published a moment ago."""

from typing import Final, NamedTuple

from worker.domain.identity import Identity, park_key
from worker.domain.recharge import by_hand_id
from worker.postgres.installation import read_installation
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

ASKED: Final = "SELECT state FROM recharge WHERE cell = $1 AND recharge_id = $2"


class Effect(NamedTuple):
    """How an event ended: applied when there is no reason against it."""

    reason: str = ""
    field: str = ""
    detail: str = ""


async def find_effect(
    tx: Transaction, cell: int, identity: Identity, topic: str, value: bytes
) -> Effect | None:
    """Find what became of an event in a cell; None: nothing yet."""
    row = await tx.fetchrow(PARKED, cell, park_key(identity))
    if row is None:
        # An event that was refused for good is remembered like one that was applied: its letter says which.
        row = await tx.fetchrow(REFUSED, cell, topic, value)
    if row is not None:
        return Effect._make(row)
    known = await tx.fetchrow(APPLIED, cell, identity.tenant_id, identity.key)
    return None if known is None else Effect()


async def was_asked(tx: Transaction, cell: int, tenant_id: str, request_id: str) -> bool:
    """Say whether a request by hand was opened; one that came while too many were open was not."""
    name = by_hand_id(await read_installation(tx), tenant_id, request_id)
    return await tx.fetchrow(ASKED, cell, name) is not None
