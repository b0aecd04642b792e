"""Retention: how days of the ledger close, lose the names of persons, and give way to their sums."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, Literal

from worker.domain.calendar import Timezones
from worker.postgres.transaction import Transaction

# Takes no lock that a batch waits for: a batch only reads which days are open.
CLOSE_DAYS: Final = "UPDATE ledger_day SET state = 'closed' WHERE state = 'open' AND day < $1 RETURNING day"

# Held against being forwarded. Persons that come in once they are gone are removed again.
TAKE_CLOSED: Final = """
    UPDATE ledger_day SET persons = CASE persons WHEN 'gone' THEN 'leaving' ELSE persons END
    WHERE day = ANY($1::date []) AND state = 'closed'
    RETURNING day
"""

HOLD_CLOSED: Final = "SELECT day FROM ledger_day WHERE day = $1 AND state = 'closed' FOR SHARE"

# Oldest first, so that what is forwarded is always everything before some day.
TO_FORWARD: Final = "SELECT day FROM ledger_day WHERE state = 'closed' AND day < $1 ORDER BY day"

ZONES: Final = "SELECT DISTINCT timezone, former_timezones FROM account"

FORWARD: Final = "SELECT forward_ledger_day($1, $2, $3, $4, $5)"

TO_REMOVE_PERSONS: Final = """
    SELECT day FROM ledger_day
    WHERE state = 'closed' AND persons <> 'gone' AND day < $1
    ORDER BY day
"""

MARK_PERSONS: Final = "UPDATE ledger_day SET persons = $2 WHERE day = $1"

BLOCKS: Final = """
    SELECT pg_relation_size(to_regclass($1 || to_char($2::date, '_YYYYMMDD')))
        / current_setting('block_size')::bigint
"""

REMOVE_PERSONS: Final = "SELECT remove_persons($1::date, $2, $3, $4)"

# Whoever still calls is seen every day, so no entry that still names its user refers to these. Who is seen at
# this very moment is passed over.
FORGET_USERS: Final = """
    DELETE FROM dictionary
    WHERE (cell, account_id, text) IN (
        SELECT cell, account_id, text FROM dictionary
        WHERE cell = $1 AND seen_on < $2
        LIMIT $3
        FOR UPDATE SKIP LOCKED
    )
"""

# By DETACH and by the change of rows alike: who reads a day in several statements compares this before and
# after.
MOVED: Final = """
    SELECT count(*) FILTER (WHERE state = 'forwarded'), count(*) FILTER (WHERE persons <> 'kept'),
        count(*) FILTER (WHERE persons = 'gone')
    FROM ledger_day
"""

LONGEST_MS: Final = "SELECT set_config('statement_timeout', '600s', true)"
# A whole day is added up at once, however busy it was.
LONGEST_S: Final = 600.0

# A calendar's current zone and former ones, a month (as 202603), and its first second.
MonthBegins = tuple[str, str, int, int]

Parent = Literal["ledger_entry", "entry_line"]


async def close_days(tx: Transaction, open_from: date) -> list[date]:
    """Close the days before this one: their usage is not charged any more."""
    return [row["day"] for row in await tx.fetch(CLOSE_DAYS, open_from)]


async def take_closed_days(tx: Transaction, days: Collection[date]) -> frozenset[date]:
    """Find which of these days are closed; none of them is dropped before this transaction has ended."""
    return frozenset(row["day"] for row in await tx.fetch(TAKE_CLOSED, sorted(days)))


async def days_to_forward(tx: Transaction, kept_from: date) -> list[date]:
    """List the closed days before this one, oldest first."""
    return [row["day"] for row in await tx.fetch(TO_FORWARD, kept_from)]


async def all_timezones(tx: Transaction) -> list[Timezones]:
    """List the calendars by which accounts live."""
    return [Timezones(*row) for row in await tx.fetch(ZONES)]


async def forward_day(tx: Transaction, day: date, months: Sequence[MonthBegins]) -> bool:
    """Let a day's sums take its place, by the months of each calendar; False when another worker is at it."""
    await tx.execute(LONGEST_MS)
    columns = [list(column) for column in zip(*months, strict=True)] or [[], [], [], []]
    row = await tx.fetchrow(FORWARD, day, *columns, timeout_s=LONGEST_S)
    return bool(row and row[0])


async def days_with_persons(tx: Transaction, kept_from: date) -> list[date]:
    """List the closed days before this one that still name persons."""
    return [row["day"] for row in await tx.fetch(TO_REMOVE_PERSONS, kept_from)]


async def mark_persons(tx: Transaction, day: date, state: Literal["leaving", "gone"]) -> None:
    """Write down that persons are being removed from a day, or are gone."""
    await tx.execute(MARK_PERSONS, day, state)


async def day_blocks(tx: Transaction, parent: str, day: date) -> int:
    """Count the blocks of a day's table; whatever comes later stands behind them."""
    row = await tx.fetchrow(BLOCKS, parent, day)
    return int(row[0] or 0) if row else 0


async def remove_persons(tx: Transaction, day: date, parent: Parent, first: int, end: int) -> int:
    """Remove persons from the entries in some blocks of a closed day; return how many entries changed.

    Another worker may have dropped the day meanwhile.
    """
    if await tx.fetchrow(HOLD_CLOSED, day) is None:
        return 0
    row = await tx.fetchrow(REMOVE_PERSONS, day, parent, first, end)
    return int(row[0]) if row else 0


async def forget_unseen_users(tx: Transaction, cell: int, seen_from: date, limit: int) -> int:
    """Delete the ids of users who were last seen before this day; return how many."""
    return int((await tx.execute(FORGET_USERS, cell, seen_from, limit)).split()[-1])


async def days_moved(tx: Transaction) -> Sequence[int]:
    """Give figures that change whenever rows of the ledger have moved or gone."""
    row = await tx.fetchrow(MOVED)
    return tuple(row) if row else ()
