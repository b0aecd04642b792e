"""The audit's lines: every entry that has some, beside what they add up to."""

from datetime import date
from typing import Final

from asyncpg import Record

from worker.postgres.audit import Accounts
from worker.postgres.transaction import Transaction

# Entries that say they have lines (64 in `codes`), or that bundles have paid without one being named (128 and
# above), beside the lines that stand there: legs (1) and shares of lots (2) each add up to the entry, what
# bundles paid (3) to its seconds. Written together, they are read together. Conferences always have legs.
LINES: Final = """
    WITH part AS (
        SELECT
            account_id, source_number, event_key,
            sum(amount_micros) FILTER (WHERE part = 1) AS legs_micros,
            sum(amount_micros) FILTER (WHERE part = 2) AS shares_micros,
            sum(bundle_s) FILTER (WHERE part = 1) AS legs_s,
            sum(bundle_s) FILTER (WHERE part = 3) AS paid_s
        FROM entry_line
        WHERE day = $4 AND cell = $1 AND account_id BETWEEN $2 AND $3
        GROUP BY account_id, source_number, event_key
    ),
    entry AS (
        SELECT account_id, source_number, event_key, kind, codes, amount_micros, bundle_s
        FROM ledger_entry
        WHERE
            day = $4 AND cell = $1 AND account_id BETWEEN $2 AND $3
            AND (codes & 64 <> 0 OR (bundle_s <> 0 AND codes < 128) OR kind IN (2, 5, 7))
    )
    SELECT
        account_id, event_key,
        coalesce(
            entry.codes & 64 <> 0
            AND part.account_id IS NOT NULL
            AND (entry.kind NOT IN (2, 5, 7) OR part.legs_micros IS NOT NULL)
            AND coalesce(part.legs_micros, entry.amount_micros) = entry.amount_micros
            AND coalesce(part.shares_micros, entry.amount_micros) = entry.amount_micros
            AND coalesce(part.legs_s, entry.bundle_s) = entry.bundle_s
            AND coalesce(part.paid_s, CASE WHEN entry.codes >= 128 THEN entry.bundle_s ELSE 0 END)
            = entry.bundle_s,
            false
        ) AS adds_up
    FROM entry
    FULL JOIN part USING (account_id, source_number, event_key)
"""


async def line_sums(tx: Transaction, accounts: Accounts, day: date) -> list[Record]:
    """Read a day's entries that have lines, each with whether its lines add up to it."""
    return await tx.fetch(LINES, *accounts, day)
