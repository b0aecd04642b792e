"""What the dead-letters commands do, page by page."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

import typer

from worker.cli.choice import Choice
from worker.cli.output import print_json_rows, print_table
from worker.cli.settling import Slice, slices, tell, with_pool
from worker.codec.times import rfc3339
from worker.postgres.dead_letter_views import BEFORE_ALL, LetterView, page_of_letters
from worker.postgres.snapshot import read_cells, snapshot
from worker.postgres.transaction import Database
from worker.transactions.replay_dead_letters import discard_dead_letters, replay_dead_letters

PAGE_ROWS: Final = 500
COLUMNS: Final = ("id", "reason", "field", "topic", "partition", "offset", "at", "detail")


def show_letters(reason: str | None, *, as_json: bool) -> bool:
    """List what nobody has settled; whether there is any."""

    async def show(pool: Database) -> bool:
        pages = _pages(pool, reason)
        if as_json:
            return bool(await print_json_rows(document(row) async for _, page in pages for row in page))
        lines = [_line(row) async for _, page in pages for row in page]
        if lines:
            print_table(COLUMNS, lines)
        else:
            typer.echo("no dead letters", err=True)
        return bool(lines)

    return with_pool(show)


def document(row: LetterView) -> dict[str, object]:
    """Give a dead letter's document."""
    return {
        "dead_letter_id": str(row.dead_letter_id),
        "reason": row.reason,
        "field": row.field,
        "detail": row.detail,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
        "at": rfc3339(row.rejected_s),
    }


def replay(choice: Choice, *, dry_run: bool, as_json: bool) -> bool:
    """Promise records again as they were; the relay publishes them."""

    async def act(pool: Database) -> bool:
        counts = Counter(replayed=0)
        async for cell, ids in slices(pool, choice, _ids):
            counts["replayed"] += await replay_dead_letters(pool, cell, ids, dry_run=dry_run)
        return tell(counts, choice, "replayed", dry_run=dry_run, as_json=as_json)

    return with_pool(act)


def discard(choice: Choice, *, dry_run: bool, as_json: bool) -> bool:
    """Settle records that nobody wants any more."""

    async def act(pool: Database) -> bool:
        counts = Counter(discarded=0)
        async for cell, ids in slices(pool, choice, _ids):
            counts["discarded"] += await discard_dead_letters(pool, cell, ids, dry_run=dry_run)
        return tell(counts, choice, "discarded", dry_run=dry_run, as_json=as_json)

    return with_pool(act)


async def _ids(pool: Database, choice: Choice) -> AsyncIterator[Slice]:
    async for cell, page in _pages(pool, choice.reason):
        yield cell, [row.dead_letter_id for row in page]


async def _pages(pool: Database, reason: str | None) -> AsyncIterator[tuple[int, list[LetterView]]]:
    async with snapshot(pool) as tx:
        cells = await read_cells(tx)
    for cell in cells:
        last = BEFORE_ALL
        while True:
            async with snapshot(pool) as tx:
                page = await page_of_letters(tx, cell, last, PAGE_ROWS, reason)
            if not page:
                break
            yield cell, page
            last = page[-1].place


def _line(row: LetterView) -> tuple[object, ...]:
    at = rfc3339(row.rejected_s)
    return row.dead_letter_id, row.reason, row.field, row.topic, row.partition, row.offset, at, row.detail
