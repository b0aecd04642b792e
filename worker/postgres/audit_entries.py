"""The audit's entries: what a past moment's entries and lines add up to, some blocks of a day at a time."""

from datetime import date
from typing import Final, NamedTuple

from asyncpg import Record

from worker.postgres.audit import Accounts, Moment
from worker.postgres.transaction import Transaction

DAYS: Final = "SELECT day FROM ledger_day WHERE state <> 'forwarded' ORDER BY day"

ANY_DROPPED: Final = "SELECT EXISTS (SELECT FROM ledger_day WHERE state = 'forwarded')"

SOURCES: Final = "SELECT source_number FROM source WHERE cell = $1"

# Blocks are read in their order in the table. Rows of transactions that were not over at the moment ($8 to
# $10) are left out: those whose number, counted from the oldest then running, lies beyond the moment's reach
# or among the running; numbers beyond this statement's own snapshot are those of rows ages ago. What was
# booked an hour earlier needs no look. Local months begin on a quarter of an hour of the last or first days
# of ours.
SUMS: Final = """
    SELECT
        account_id, kind, lot_number, codes / 128 AS allowance_number,
        CASE
            WHEN bundle_s = 0 THEN 0
            WHEN extract(day FROM to_timestamp(started_s) AT TIME ZONE 'UTC') BETWEEN 3 AND 26
                THEN started_s / 86400 * 86400
            ELSE started_s / 900 * 900
        END AS moment_s,
        sum(amount_micros)::bigint AS amount_micros,
        sum(bundle_s)::bigint AS bundle_s,
        count(*) AS entries
    FROM ledger_entry
    WHERE
        day = $4 AND ctid >= $5 AND ctid < $6
        AND cell = $1 AND account_id BETWEEN $2 AND $3
        AND (
            booked_s < $7
            OR ((xmin::text::bigint - $8) & 4294967295)
            >= (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - $8)
            OR NOT (
                ((xmin::text::bigint - $8) & 4294967295) >= $9
                OR ((xmin::text::bigint - $8) & 4294967295) = ANY($10::bigint [])
            )
        )
    GROUP BY 1, 2, 3, 4, 5
"""

# The same of few accounts: the unique key finds their entries, by source.
SUMS_BY_KEY: Final = """
    SELECT
        account_id, kind, lot_number, codes / 128 AS allowance_number,
        CASE
            WHEN bundle_s = 0 THEN 0
            WHEN extract(day FROM to_timestamp(started_s) AT TIME ZONE 'UTC') BETWEEN 3 AND 26
                THEN started_s / 86400 * 86400
            ELSE started_s / 900 * 900
        END AS moment_s,
        sum(amount_micros)::bigint AS amount_micros,
        sum(bundle_s)::bigint AS bundle_s,
        count(*) AS entries
    FROM ledger_entry
    WHERE
        day = $4 AND source_number = ANY($5::smallint [])
        AND cell = $1 AND account_id BETWEEN $2 AND $3
        AND (
            booked_s < $6
            OR ((xmin::text::bigint - $7) & 4294967295)
            >= (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - $7)
            OR NOT (
                ((xmin::text::bigint - $7) & 4294967295) >= $8
                OR ((xmin::text::bigint - $7) & 4294967295) = ANY($9::bigint [])
            )
        )
    GROUP BY 1, 2, 3, 4, 5
"""

# Shares of lots (2) and what bundles paid (3): the account's index finds them, and there are few.
PARTS: Final = """
    SELECT
        account_id, part, lot_number, codes / 128 AS allowance_number,
        CASE
            WHEN part = 2 THEN 0
            WHEN extract(day FROM to_timestamp(started_s) AT TIME ZONE 'UTC') BETWEEN 3 AND 26
                THEN started_s / 86400 * 86400
            ELSE started_s / 900 * 900
        END AS moment_s,
        sum(amount_micros)::bigint AS amount_micros,
        sum(bundle_s)::bigint AS bundle_s
    FROM entry_line
    WHERE
        day = $4 AND ctid >= $5 AND ctid < $6
        AND cell = $1 AND account_id BETWEEN $2 AND $3
        AND part IN (2, 3)
        AND (
            ((xmin::text::bigint - $7) & 4294967295)
            >= (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint - $7)
            OR NOT (
                ((xmin::text::bigint - $7) & 4294967295) >= $8
                OR ((xmin::text::bigint - $7) & 4294967295) = ANY($9::bigint [])
            )
        )
    GROUP BY 1, 2, 3, 4, 5
"""

# An account alone, in one state: what was found by blocks is true only if this says so, too.
BALANCE: Final = """
    SELECT
        account.balance_micros,
        coalesce((
            SELECT sum(amount_micros) FROM ledger_entry
            WHERE cell = $1 AND source_number = ANY($3::smallint []) AND account_id = $2
        ), 0)
        + coalesce((
            SELECT sum(amount_micros) FROM balance_forward WHERE cell = $1 AND account_id = $2
        ), 0) AS booked_micros
    FROM account
    WHERE account.cell = $1 AND account.account_id = $2
"""

# Whoever's clock is an hour behind is looked at by the transaction's number alone.
CLOCKS_DIFFER_S: Final = 3600


class Blocks(NamedTuple):
    """Some blocks of a day's table, from one up to another."""

    day: date
    first: int
    end: int


async def kept_days(tx: Transaction) -> list[date]:
    """List the days whose entries are there."""
    return [row["day"] for row in await tx.fetch(DAYS)]


async def any_day_dropped(tx: Transaction) -> bool:
    """Whether the sums of any day have taken its place."""
    row = await tx.fetchrow(ANY_DROPPED)
    return bool(row and row[0])


async def source_numbers(tx: Transaction, cell: int) -> list[int]:
    """List all numbers that sources have; 0 is that of hashed identities."""
    return [0, *(int(row["source_number"]) for row in await tx.fetch(SOURCES, cell))]


async def sums_of_blocks(tx: Transaction, accounts: Accounts, moment: Moment, blocks: Blocks) -> list[Record]:
    """Add up the entries of some blocks as they were at a moment."""
    place = (blocks.day, (blocks.first, 0), (blocks.end, 0))
    recent_s = moment.now_s - CLOCKS_DIFFER_S
    return await tx.fetch(SUMS, *accounts, *place, recent_s, moment.oldest, moment.reach, moment.running)


async def sums_by_key(
    tx: Transaction, accounts: Accounts, moment: Moment, day: date, sources: list[int]
) -> list[Record]:
    """Add up a few accounts' entries of a day as they were at a moment."""
    recent_s = moment.now_s - CLOCKS_DIFFER_S
    seen = (recent_s, moment.oldest, moment.reach, moment.running)
    return await tx.fetch(SUMS_BY_KEY, *accounts, day, sources, *seen)


async def parts_of_blocks(
    tx: Transaction, accounts: Accounts, moment: Moment, blocks: Blocks
) -> list[Record]:
    """Add up the shares of lots and bundles of some blocks of lines as they were at a moment."""
    place = (blocks.day, (blocks.first, 0), (blocks.end, 0))
    return await tx.fetch(PARTS, *accounts, *place, moment.oldest, moment.reach, moment.running)


async def balances_again(tx: Transaction, cell: int, account_id: int, sources: list[int]) -> tuple[int, int]:
    """Read one account's balance, and what its entries make, in one state."""
    row = await tx.fetchrow(BALANCE, cell, account_id, sources)
    assert row is not None, "accounts are never deleted"
    return int(row["balance_micros"]), int(row["booked_micros"])
