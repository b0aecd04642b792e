"""Retention: what time takes away, in small transactions of its own, each safe to repeat."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from worker.domain.calendar import Timezones, months_between
from worker.postgres.forgetting import forget_letters, forget_parked
from worker.postgres.pending_revisions import outlive_revisions
from worker.postgres.retention import (
    MonthBegins,
    Parent,
    all_timezones,
    close_days,
    day_blocks,
    days_to_forward,
    days_with_persons,
    forget_unseen_users,
    forward_day,
    mark_persons,
    remove_persons,
)
from worker.postgres.transaction import Database, Transaction, transaction

# A day closes this long before it leaves the open days, so that no batch under way still counts on it.
CLOSES_EARLY_S: Final = 3600
# About a hundred thousand entries, or a second.
BLOCKS_AT_ONCE: Final = 2_000
ROWS_AT_ONCE: Final = 1_000
DAY_S: Final = 86_400
PARENTS: Final[tuple[Parent, ...]] = ("ledger_entry", "entry_line")


class Kept(NamedTuple):
    """How many days each thing is kept: usage open, then the closed ledger, persons, settled refusals."""

    open_days: int
    kept_days: int
    persons_days: int
    settled_days: int


async def close_old_days(pool: Database, kept: Kept, now_s: int) -> list[date]:
    """Close the days that are about to leave the open ones; return them."""
    async with transaction(pool) as tx:
        return await close_days(tx, _day(now_s + CLOSES_EARLY_S) - timedelta(days=kept.open_days))


async def days_overdue(pool: Database, kept: Kept, now_s: int) -> int:
    """Count the days that are kept although their time is over."""
    async with transaction(pool) as tx:
        return len(await days_to_forward(tx, _kept_from(kept, now_s)))


async def forward_old_days(pool: Database, kept: Kept, now_s: int) -> list[date]:
    """Replace days by their sums, the oldest first, each at once or not at all; return them.

    Raises what Postgres raises when readers hold a table for longer than half a second: nothing has happened
    to that day then, and it is tried again the next time.
    """
    async with transaction(pool) as tx:
        days = await days_to_forward(tx, _kept_from(kept, now_s))
    done = []
    for day in days:
        async with transaction(pool) as tx:
            calendars = await all_timezones(tx)
            # Hundreds of zones take longer than the event loop may be kept.
            months = await asyncio.to_thread(booked_months, calendars, day, now_s)
            if not await forward_day(tx, day, months):
                break
        done.append(day)
    return done


def booked_months(calendars: Iterable[Timezones], day: date, now_s: int) -> list[MonthBegins]:
    """List, for each calendar, the months in which entries of a day may have been booked until now."""
    # A clock may have been behind that of the call.
    first_s = (day.toordinal() - date(1970, 1, 1).toordinal() - 1) * DAY_S
    return [
        (*calendar, *month)
        for calendar in calendars
        for month in months_between(calendar, first_s, now_s + DAY_S)
    ]


async def remove_old_persons(pool: Database, kept: Kept, now_s: int) -> list[date]:
    """Remove users and the ends of numbers from days whose time has come; return the days."""
    async with transaction(pool) as tx:
        days = await days_with_persons(tx, _day(now_s) - timedelta(days=kept.persons_days))
    for day in days:
        async with transaction(pool) as tx:
            await mark_persons(tx, day, "leaving")
        for parent in PARENTS:
            await _remove_from(pool, day, parent)
        async with transaction(pool) as tx:
            await mark_persons(tx, day, "gone")
    return days


async def _remove_from(pool: Database, day: date, parent: Parent) -> None:
    async with transaction(pool) as tx:
        blocks = await day_blocks(tx, parent, day)
    # What is changed comes to stand behind these blocks, or is left as it is when it is met again.
    for first in range(0, blocks, BLOCKS_AT_ONCE):
        async with transaction(pool) as tx:
            await remove_persons(tx, day, parent, first, first + BLOCKS_AT_ONCE)


async def forget_old_texts(pool: Database, cell: int, kept: Kept, now_s: int) -> int:
    """Delete settled refusals, users whom nothing names, revisions without usage; return how many rows."""
    settled_before_s = now_s - kept.settled_days * DAY_S
    # A day more: who is seen in a day is written down once in it.
    seen_from = _day(now_s) - timedelta(days=kept.persons_days + 1)

    async def parked(tx: Transaction) -> int:
        return await forget_parked(tx, cell, settled_before_s, ROWS_AT_ONCE)

    async def letters(tx: Transaction) -> int:
        return await forget_letters(tx, cell, settled_before_s, ROWS_AT_ONCE)

    async def users(tx: Transaction) -> int:
        return await forget_unseen_users(tx, cell, seen_from, ROWS_AT_ONCE)

    async def revisions(tx: Transaction) -> int:
        return await outlive_revisions(tx, cell, _kept_from(kept, now_s), ROWS_AT_ONCE)

    return sum([await _until_none(pool, one) for one in (parked, letters, users, revisions)])


async def _until_none(pool: Database, step: Callable[[Transaction], Awaitable[int]]) -> int:
    total = 0
    while True:
        async with transaction(pool) as tx:
            done = await step(tx)
        if not done:
            return total
        total += done


def _kept_from(kept: Kept, now_s: int) -> date:
    return _day(now_s) - timedelta(days=kept.open_days + kept.kept_days)


def _day(moment_s: int) -> date:
    return datetime.fromtimestamp(moment_s, UTC).date()
