"""Account events: every one that was applied, for ever."""

from collections.abc import Mapping, Sequence
from typing import Final

from worker.postgres.transaction import Transaction

# Key by key: joined freely, many keys would have everything read that was ever applied.
KNOWN: Final = """
    SELECT known.account_id, known.event_key::text AS event_key, known.content_hash
    FROM unnest($2::integer [], $3::uuid []) AS wanted (account_id, event_key)
    CROSS JOIN LATERAL (
        SELECT * FROM account_event AS found
        WHERE
            found.cell = $1 AND found.account_id = wanted.account_id AND found.event_key = wanted.event_key
        LIMIT 1
    ) AS known
"""


async def known_events(
    tx: Transaction, cell: int, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """Find which events were applied, with their content hashes."""
    accounts, keys = [key[0] for key in wanted], [key[1] for key in wanted]
    rows = await tx.fetch(KNOWN, cell, accounts, keys)
    return {(int(row["account_id"]), str(row["event_key"])): int(row["content_hash"]) for row in rows}


async def remember_events(tx: Transaction, cell: int, events: Mapping[tuple[int, str], int]) -> None:
    """Remember events that were applied."""
    if events:
        rows = [(cell, account_id, key, digest) for (account_id, key), digest in sorted(events.items())]
        await tx.copy("account_event", ("cell", "account_id", "event_key", "content_hash"), rows)
