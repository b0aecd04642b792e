"""Adjustments: which took effect, for ever."""

from collections.abc import Mapping, Sequence
from typing import Final

from worker.domain.reversal import OwnId
from worker.postgres.transaction import Transaction

KNOWN: Final = """
    SELECT known.account_id, known.adjustment_id, known.content_hash
    FROM unnest($2::integer [], $3::text []) AS wanted (account_id, adjustment_id)
    INNER JOIN adjustment AS known
        ON
            known.cell = $1
            AND known.account_id = wanted.account_id
            AND known.adjustment_id = wanted.adjustment_id
"""


async def known_adjustments(tx: Transaction, cell: int, wanted: Sequence[OwnId]) -> dict[OwnId, int]:
    """Find which adjustments were made, with their content hashes."""
    accounts, ids = [one[0] for one in wanted], [one[1] for one in wanted]
    rows = await tx.fetch(KNOWN, cell, accounts, ids)
    return {(int(row["account_id"]), str(row["adjustment_id"])): int(row["content_hash"]) for row in rows}


async def remember_adjustments(tx: Transaction, cell: int, made: Mapping[OwnId, int]) -> None:
    """Remember adjustments that were made."""
    if made:
        rows = [(cell, account_id, name, digest) for (account_id, name), digest in sorted(made.items())]
        await tx.copy("adjustment", ("cell", "account_id", "adjustment_id", "content_hash"), rows)
