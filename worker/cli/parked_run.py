"""What the parked commands do, page by page."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Final

import typer

from worker.cli.choice import Choice
from worker.cli.output import print_json_rows, print_table
from worker.cli.settling import Slice, slices, tell, with_pool
from worker.codec.times import rfc3339
from worker.domain.micros import format_micros
from worker.postgres.parked_views import BEFORE_ALL, ParkedView, Waiting, page_of_parked, what_became
from worker.postgres.snapshot import read_cells, snapshot
from worker.postgres.transaction import Database
from worker.settings.load import load
from worker.transactions.estimate_parked import Estimator
from worker.transactions.settle_parked import discard_parked, retry_parked

PAGE_ROWS: Final = 500
WAIT_S: Final = 2.0
LOOK_EVERY_S: Final = 0.1
WAITING: Final = "waiting"

COLUMNS: Final = ("id", "reason", "tenant", "at", "estimated", "detail")


def show_parked(waiting: Waiting, *, as_json: bool) -> bool:
    """List what is parked now; whether anything is."""
    settings = load(needs=("postgres",))

    async def show(pool: Database) -> bool:
        estimator = Estimator(pool, settings.topics.contracts, settings.limits.record_bytes)
        rows = _estimated(estimator, _pages(pool, waiting))
        if as_json:
            documents = (document(row, amount, settings.topics.usage) async for row, amount in rows)
            return bool(await print_json_rows(documents))
        lines = [_line(row, amount) async for row, amount in rows]
        if lines:
            print_table(COLUMNS, lines)
        else:
            typer.echo("nothing is parked", err=True)
        return bool(lines)

    return with_pool(show)


def document(row: ParkedView, amount_micros: int | None, usage_topic: str) -> dict[str, object]:
    """Give a parked record's document; the amount is what its usage would cost."""
    is_usage = row.topic == usage_topic
    return {
        "park_id": str(row.park_id),
        "reason": row.reason,
        "tenant_id": row.tenant_id,
        "usage": {"source": row.source, "id": row.event_id} if is_usage else None,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
        "at": rfc3339(row.parked_s),
        "detail": row.detail,
        "estimated_amount": None if amount_micros is None else format_micros(amount_micros),
    }


def retry(choice: Choice, *, vouched: bool, dry_run: bool, as_json: bool) -> bool:
    """Have records looked at again, and tell what became of them within a moment."""

    async def act(pool: Database) -> bool:
        counts = Counter(retried=0)
        chosen = [one async for one in slices(pool, choice, _ids)]
        for cell, ids in chosen:
            counts["retried"] += await retry_parked(pool, cell, ids, vouched=vouched, dry_run=dry_run)
        if counts["retried"] and not dry_run:
            counts += await _outcomes(pool, chosen)
        return tell(counts, choice, "retried", dry_run=dry_run, as_json=as_json)

    return with_pool(act)


def discard(choice: Choice, *, dry_run: bool, as_json: bool) -> bool:
    """Close records without charging them."""

    async def act(pool: Database) -> bool:
        counts = Counter(discarded=0)
        async for cell, ids in slices(pool, choice, _ids):
            counts["discarded"] += await discard_parked(pool, cell, ids, dry_run=dry_run)
        return tell(counts, choice, "discarded", dry_run=dry_run, as_json=as_json)

    return with_pool(act)


async def _outcomes(pool: Database, chosen: Sequence[Slice]) -> Counter[str]:
    """Count what became of records, once the worker has looked at all of them or a moment has passed."""
    deadline = time.monotonic() + WAIT_S
    while True:
        counts: Counter[str] = Counter()
        for cell, ids in chosen:
            async with snapshot(pool) as tx:
                counts.update(await what_became(tx, cell, ids))
        if not counts[WAITING] or time.monotonic() > deadline:
            return counts
        await asyncio.sleep(LOOK_EVERY_S)


async def _ids(pool: Database, choice: Choice) -> AsyncIterator[Slice]:
    async for cell, page in _pages(pool, Waiting(choice.reason, choice.tenant)):
        yield cell, [row.park_id for row in page]


async def _pages(pool: Database, waiting: Waiting) -> AsyncIterator[tuple[int, list[ParkedView]]]:
    async with snapshot(pool) as tx:
        cells = await read_cells(tx)
    for cell in cells:
        last = BEFORE_ALL
        while True:
            async with snapshot(pool) as tx:
                page = await page_of_parked(tx, cell, last, PAGE_ROWS, waiting)
            if not page:
                break
            yield cell, page
            last = page[-1].park_id


async def _estimated(
    estimator: Estimator, pages: AsyncIterator[tuple[int, list[ParkedView]]]
) -> AsyncIterator[tuple[ParkedView, int | None]]:
    async for cell, page in pages:
        for one in zip(page, await estimator.amounts(cell, page), strict=True):
            yield one


def _line(row: ParkedView, amount_micros: int | None) -> tuple[object, ...]:
    worth = "" if amount_micros is None else format_micros(amount_micros)
    return row.park_id, row.reason, row.tenant_id, rfc3339(row.parked_s), worth, row.detail
