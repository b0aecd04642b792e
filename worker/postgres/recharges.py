"""Recharge requests: what was asked, and what became of it."""

from collections.abc import Iterable, Sequence
from typing import Final

from worker.domain.recharge import Recharge
from worker.postgres.transaction import Transaction

# By id over all accounts: an id that belongs to another tenant must be seen.
READ: Final = """
    SELECT
        recharge_id, account_id, reason, state, amount_micros, units, attempt,
        requested_s, answer_by_s, expires_s, balance_micros, trigger_micros, request_id, requested_by,
        payment_id, granted_micros, closed_s, retry_s, pending_until_s, action_url
    FROM recharge
    WHERE cell = $1 AND recharge_id = ANY($2::text [])
"""

OPEN: Final = """
    SELECT
        recharge_id, account_id, reason, state, amount_micros, units, attempt,
        requested_s, answer_by_s, expires_s, balance_micros, trigger_micros, request_id, requested_by,
        payment_id, granted_micros, closed_s, retry_s, pending_until_s, action_url
    FROM recharge
    WHERE cell = $1 AND account_id = ANY($2::integer []) AND state IN ('open', 'pending')
"""

STRAYS: Final = """
    SELECT recharge_id FROM recharge
    WHERE cell = $1 AND account_id = ANY($2::integer []) AND reason = 'unknown'
"""

# The account is locked, so each request is written by one transaction at a time.
WRITE: Final = """
    INSERT INTO recharge (
        cell, recharge_id, account_id, reason, state, amount_micros, units, attempt, requested_s,
        answer_by_s, expires_s, balance_micros, trigger_micros, request_id, requested_by, payment_id,
        granted_micros, closed_s, retry_s, pending_until_s, action_url
    )
    SELECT $1::smallint, given.*
    FROM unnest(
        $2::text [], $3::integer [], $4::text [], $5::text [], $6::bigint [], $7::integer [],
        $8::integer [], $9::bigint [], $10::bigint [], $11::bigint [], $12::bigint [], $13::bigint [],
        $14::text [], $15::text [], $16::text [], $17::bigint [], $18::bigint [],
        $19::bigint [], $20::bigint [], $21::text []
    ) AS given
    ON CONFLICT (cell, recharge_id) DO UPDATE SET
        state = excluded.state,
        attempt = excluded.attempt,
        answer_by_s = excluded.answer_by_s,
        payment_id = excluded.payment_id,
        granted_micros = excluded.granted_micros,
        closed_s = excluded.closed_s,
        retry_s = excluded.retry_s,
        pending_until_s = excluded.pending_until_s,
        action_url = excluded.action_url
"""


async def read_recharges(tx: Transaction, cell: int, ids: Iterable[str]) -> dict[str, Recharge]:
    """Read requests by id; unknown ones are left out."""
    rows = await tx.fetch(READ, cell, sorted(ids))
    return {str(row["recharge_id"]): Recharge._make(row) for row in rows}


async def read_open(tx: Transaction, cell: int, account_ids: Iterable[int]) -> dict[str, Recharge]:
    """Read every request of these accounts that waits for an answer."""
    rows = await tx.fetch(OPEN, cell, sorted(account_ids))
    return {str(row["recharge_id"]): Recharge._make(row) for row in rows}


async def read_strays(tx: Transaction, cell: int, account_ids: Iterable[int]) -> frozenset[str]:
    """Read which ids were settled without having been asked: opening skips them."""
    rows = await tx.fetch(STRAYS, cell, sorted(account_ids))
    return frozenset(str(row["recharge_id"]) for row in rows)


async def write_recharges(tx: Transaction, cell: int, recharges: Sequence[Recharge]) -> None:
    """Write requests, closed ones before open ones: at most one is open an account at any moment."""
    rows = sorted(recharges, key=lambda request: (request.is_open, request.recharge_id))
    for group in ([row for row in rows if not row.is_open], [row for row in rows if row.is_open]):
        if group:
            await tx.execute(WRITE, cell, *map(list, zip(*group, strict=True)))
