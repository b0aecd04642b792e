"""Rows: what a busy day has written before the clock starts."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncpg

AT_ONCE: Final = 1_000_000

# Entries of 0 that are no usage, so that the audit has nothing to say; by the platform's source, so that new
# keys come into the same part of the index; ids either of random order or in that of their time.
FILL: Final = """
    INSERT INTO ledger_entry (
        started_s, booked_s, amount_micros, number, content_hash, event_key, account_id, duration_s,
        bundle_s, version_id, lot_number, user_number, day, cell, source_number, kind, prefix_length,
        number_shape, codes
    )
    SELECT
        extract(epoch FROM now())::bigint, extract(epoch FROM now())::bigint, 0, 4930123456, number,
        CASE
            WHEN $3 THEN gen_random_uuid()
            ELSE (lpad(to_hex(1700000000000 + number), 12, '0') || '7000a000000000000000')::uuid
        END,
        1 + number % 1000, 0, 0, 1, 1, 0, (now() AT TIME ZONE 'UTC')::date, 0, 1, 30, 2, 192, 9
    FROM generate_series($1::bigint, $2::bigint) AS number
"""


async def fill_today(
    connection: "asyncpg.Connection[asyncpg.Record]", rows: int, *, random_ids: bool
) -> None:
    """Write entries of today that are worth nothing; only keys and size matter here."""
    for first in range(0, rows, AT_ONCE):
        last = min(first + AT_ONCE, rows) - 1
        await connection.execute(FILL, first, last, random_ids)
    await connection.execute("CHECKPOINT")
