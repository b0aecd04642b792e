"""Settling refused records from the command line, slice by slice, each slice a transaction of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar
from uuid import UUID

import typer

from worker.cli.choice import Choice
from worker.cli.output import print_json
from worker.postgres.snapshot import read_cells, snapshot
from worker.postgres.transaction import Database, create_pool
from worker.settings.load import load

SLICE: Final = 100

T = TypeVar("T")

# Records of one cell.
Slice = tuple[int, Sequence[UUID]]
# Lists the ids of what a choice without ids means, cell by cell and page by page.
Pages = Callable[[Database, Choice], AsyncIterator[Slice]]


def with_pool(act: Callable[[Database], Awaitable[T]]) -> T:
    """Run something that needs the database of the settings."""

    async def run() -> T:
        async with await create_pool(load(needs=("postgres",)).postgres, connections=1) as pool:
            return await act(pool)

    return asyncio.run(run())


async def slices(pool: Database, choice: Choice, pages: Pages) -> AsyncIterator[Slice]:
    """Give what is meant in slices; ids are looked for in every cell."""
    if not choice.ids:
        async for cell, ids in pages(pool, choice):
            for some in _cut(ids):
                yield cell, some
        return
    async with snapshot(pool) as tx:
        cells = await read_cells(tx)
    for cell in cells:
        for some in _cut(choice.ids):
            yield cell, some


def tell(counts: Mapping[str, int], choice: Choice, done: str, *, dry_run: bool, as_json: bool) -> bool:
    """Tell what was done; whether all that was named was found, and anything at all."""
    missing = max(0, len(choice.ids) - counts[done])
    if as_json:
        print_json({**counts, "not_found": missing, "dry_run": dry_run})
    else:
        told = [f"{count} {name}" for name, count in counts.items() if count or name == done]
        told += [f"{missing} not found or settled before"] if missing else []
        typer.echo(("would be: " if dry_run else "") + ", ".join(told))
    return counts[done] > 0 and not missing


def _cut(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), SLICE):
        yield ids[start : start + SLICE]
