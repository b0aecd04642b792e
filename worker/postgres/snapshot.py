"""Snapshots: short read-only transactions in which several statements see one state of the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from worker.postgres.transaction import Database, Transaction

CELLS: Final = "SELECT cell FROM cell ORDER BY cell"


@asynccontextmanager
async def snapshot(pool: Database) -> AsyncIterator[Transaction]:
    """Read in one state; to be left within a second or two, for the hot rows' old versions wait for it."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield Transaction(connection)


async def read_cells(tx: Transaction) -> list[int]:
    """List the cells of this database."""
    return [int(row["cell"]) for row in await tx.fetch(CELLS)]
