"""Audit the books of some accounts: what they say at one moment, and what their entries made of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

import asyncpg
from asyncpg import Record

from worker.domain.reckoning import Audited, AuditedLot, EntrySum, PartSum, Reckoning
from worker.postgres.audit import (
    Accounts,
    Moment,
    limit_statements,
    read_accounts,
    read_forwarded,
    read_lots_made,
    read_moment,
    read_uses,
)
from worker.postgres.audit_entries import (
    Blocks,
    any_day_dropped,
    kept_days,
    parts_of_blocks,
    sums_by_key,
    sums_of_blocks,
)
from worker.postgres.audit_lines import line_sums
from worker.postgres.retention import day_blocks, days_moved
from worker.postgres.snapshot import snapshot
from worker.postgres.transaction import Database, Transaction

# Four statements in a snapshot, which must not last longer than two seconds.
STATEMENT_MS: Final = 500
# Of entries one statement alone is in a snapshot.
BLOCKS_MS: Final = 1_500
# Some four hundred thousand entries, which take a quarter of a second.
MOST_BLOCKS: Final = 8_192
# Sums taken between two looks at the event loop.
ROWS_AT_ONCE: Final = 2_000

T = TypeVar("T")
ReadBlocks = Callable[[Transaction, Accounts, Moment, Blocks], Awaitable[list[Record]]]


@dataclass(slots=True)
class Said:
    """What accounts say of themselves at a moment, and which days made it."""

    moment: Moment
    reckoning: Reckoning
    lots: Sequence[AuditedLot]
    uses: dict[tuple[int, int, int], int]
    days: Sequence[date]
    kept_from: date | None
    moved: Sequence[int]


class SliceAudit:
    """Adds up the entries of some accounts; what is found is in its fields once `steps` has ended.

    `done` and `total` count blocks of the ledger.
    """

    def __init__(self, pool: Database, accounts: Accounts, sources: list[int] | None = None) -> None:
        self._pool = pool
        self._accounts = accounts
        # Given for a few accounts, whose entries are found by the unique key.
        self._sources = sources
        self._blocks = MOST_BLOCKS
        self.lines = 0
        self.wrong_lines: list[str] = []
        self.done = 0
        self.total = 0

    async def begin(self) -> Said:
        """Read what the accounts say, in one short snapshot."""
        async with snapshot(self._pool) as tx:
            await limit_statements(tx, STATEMENT_MS)
            moment = await read_moment(tx)
            rows = await read_accounts(tx, self._accounts)
            audited = {int(row["account_id"]): Audited._make(row) for row in rows}
            reckoning = Reckoning(audited)
            for row in await read_forwarded(tx, self._accounts):
                reckoning.take_kind(*row)
            lots = [AuditedLot._make(row) for row in await read_lots_made(tx, self._accounts)]
            uses = {
                (int(row[0]), int(row[1]), int(row[2])): int(row[3])
                for row in await read_uses(tx, self._accounts)
            }
            days = await kept_days(tx)
            kept_from = days[0] if days and await any_day_dropped(tx) else None
            moved = await days_moved(tx)
        return Said(moment, reckoning, lots, uses, days, kept_from, moved)

    async def moved_since(self, said: Said) -> bool:
        """Whether days were dropped or rewritten meanwhile, so that sums say nothing."""
        async with snapshot(self._pool) as tx:
            return await days_moved(tx) != said.moved

    async def steps(self, said: Said) -> AsyncIterator[None]:
        """Add up day by day; each step is a short snapshot."""
        self.lines, self.wrong_lines, self.done = 0, [], 0
        sizes = {}
        for day in said.days:
            async with snapshot(self._pool) as tx:
                sizes[day] = (
                    await day_blocks(tx, "ledger_entry", day), await day_blocks(tx, "entry_line", day)
                )  # fmt: skip
        self.total = sum(entries + lines for entries, lines in sizes.values())
        for day, (entries, lines) in sizes.items():
            async for _ in self._entries(said, day, entries):
                yield
            async for _ in self._parts(said, day, lines):
                yield
            async for _ in self._lines(day, self._accounts):
                yield

    async def _entries(self, said: Said, day: date, blocks: int) -> AsyncIterator[None]:
        take = said.reckoning.take_entries
        if self._sources is None:
            async for rows in self._in_blocks(sums_of_blocks, said, day, blocks):
                await taken(rows, EntrySum._make, take)
                yield
            return
        async with snapshot(self._pool) as tx:
            rows = await sums_by_key(tx, self._accounts, said.moment, day, self._sources)
        await taken(rows, EntrySum._make, take)
        self.done += blocks
        yield

    async def _parts(self, said: Said, day: date, blocks: int) -> AsyncIterator[None]:
        async for rows in self._in_blocks(parts_of_blocks, said, day, blocks):
            await taken(rows, PartSum._make, said.reckoning.take_parts)
            yield

    async def _in_blocks(
        self, read: ReadBlocks, said: Said, day: date, blocks: int
    ) -> AsyncIterator[list[Record]]:
        first = 0
        while first < blocks:
            end = min(first + self._blocks, blocks)
            try:
                async with snapshot(self._pool) as tx:
                    await limit_statements(tx, BLOCKS_MS)
                    rows = await read(tx, self._accounts, said.moment, Blocks(day, first, end))
            except asyncpg.QueryCanceledError:
                if self._blocks == 1:
                    raise
                self._blocks //= 2
                continue
            self.done += end - first
            first = end
            yield rows

    async def _lines(self, day: date, accounts: Accounts) -> AsyncIterator[None]:
        try:
            async with snapshot(self._pool) as tx:
                await limit_statements(tx, BLOCKS_MS)
                rows = await line_sums(tx, accounts, day)
        except asyncpg.QueryCanceledError:
            if accounts.first_id == accounts.last_id:
                raise
            middle = (accounts.first_id + accounts.last_id) // 2
            for half in (accounts._replace(last_id=middle), accounts._replace(first_id=middle + 1)):
                async for _ in self._lines(day, half):
                    yield
            return
        self.lines += len(rows)
        self.wrong_lines += [
            f"account {row['account_id']}, day {day}, entry {row['event_key']}"
            for row in rows
            if not row["adds_up"]
        ]
        yield


async def taken(rows: Sequence[Record], make: Callable[[Record], T], take: Callable[[T], None]) -> None:
    """Take sums one by one, with a look at the event loop now and then."""
    for position, row in enumerate(rows, start=1):
        take(make(row))
        if position % ROWS_AT_ONCE == 0:
            await asyncio.sleep(0)
