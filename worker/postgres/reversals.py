"""Reversals: money that went back, and which lots it was taken from."""

from collections.abc import Sequence
from typing import Final

from worker.domain.reversal import OwnId, Reversal
from worker.postgres.transaction import Transaction

# By its own id, or by the payment's: together they never exceed that.
KNOWN: Final = """
    SELECT
        known.account_id, known.reversal_id, known.payment_id, known.content_hash, known.kind,
        known.amount_micros, known.lot_numbers, known.lot_amounts, known.reinstated
    FROM unnest($2::integer [], $3::text []) AS wanted (account_id, reversal_id)
    INNER JOIN reversal AS known
        ON
            known.cell = $1
            AND known.account_id = wanted.account_id
            AND known.reversal_id = wanted.reversal_id
    UNION
    SELECT
        known.account_id, known.reversal_id, known.payment_id, known.content_hash, known.kind,
        known.amount_micros, known.lot_numbers, known.lot_amounts, known.reinstated
    FROM unnest($4::integer [], $5::text []) AS wanted (account_id, payment_id)
    INNER JOIN reversal AS known
        ON known.cell = $1 AND known.account_id = wanted.account_id AND known.payment_id = wanted.payment_id
"""

# The account is locked; of a reversal nothing changes but that it is taken back.
WRITE: Final = """
    INSERT INTO reversal (
        cell, account_id, reversal_id, payment_id, content_hash, kind, amount_micros, lot_numbers,
        lot_amounts, reinstated
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (cell, account_id, reversal_id) DO UPDATE SET reinstated = excluded.reinstated
"""


async def known_reversals(
    tx: Transaction, cell: int, by_id: Sequence[OwnId], by_payment: Sequence[OwnId]
) -> dict[OwnId, Reversal]:
    """Find reversals by (account, reversal id) and by (account, payment id)."""
    wanted = [[one[column] for one in ids] for ids in (by_id, by_payment) for column in (0, 1)]
    found = {}
    for row in await tx.fetch(KNOWN, cell, *wanted):
        *first, numbers, amounts, reinstated = row
        one = Reversal._make((*first, tuple(numbers), tuple(amounts), reinstated))
        found[one.account_id, one.reversal_id] = one
    return found


async def write_reversals(tx: Transaction, cell: int, reversals: Sequence[Reversal]) -> None:
    """Write reversals; rare enough for a statement each."""
    for one in sorted(reversals):
        await tx.execute(WRITE, cell, *one)
