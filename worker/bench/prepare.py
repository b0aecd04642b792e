"""Preparing: schema, topics, deck and accounts, before anything is timed."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncpg

from worker.bench.accounts import openings
from worker.bench.calls import Call
from worker.bench.deck import make_deck
from worker.bench.fill import fill
from worker.bench.place import BenchFailedError, Place
from worker.bench.plan import PARTITIONS, TARIFFS
from worker.kafka.topics import create_topics
from worker.postgres.migrate import migrate
from worker.postgres.transaction import create_pool
from worker.transactions.import_deck import Imported, import_deck

if TYPE_CHECKING:
    from worker.settings.model import Settings

LOOK_AGAIN_S: Final = 0.1
APPLIES_WITHIN_S: Final = 60.0
# At the very least; a million accounts take their time.
APPLIED_A_SECOND: Final = 2_000
# Longer than a member of the group takes to hear of another one.
SETTLED_S: Final = 3.0

COUNT_APPLIED: Final = "SELECT coalesce(sum(applied), 0)::bigint FROM read_position WHERE topic = $1"

# Every assignment raises an epoch: the sum stands still once the workers have shared the partitions.
SUM_EPOCHS: Final = "SELECT coalesce(sum(epoch), 0)::bigint FROM read_position"


async def prepare(place: Place, tariffs: int = TARIFFS, *, windowed: bool = False) -> list[str]:
    """Bring schema, topics and deck; return the deck's prefixes."""
    settings = place.settings
    await migrate(settings.postgres.dsn, open_days=settings.limits.open_days)
    deck = make_deck(tariffs, windowed=windowed)
    pool = await create_pool(settings.postgres, connections=1)
    try:
        imported = await import_deck(pool, deck)
    finally:
        await pool.close()
    if not isinstance(imported, Imported):
        raise BenchFailedError(f"the deck was refused: {imported.reason}")
    await create_topics(settings.kafka, settings.topics, partitions=PARTITIONS)
    return sorted({row.prefix for row in deck.rows})


@asynccontextmanager
async def connected(settings: "Settings") -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """Hold a connection of our own, to look at what happens."""
    connection = await asyncpg.connect(settings.postgres.dsn, timeout=10)
    try:
        yield connection
    finally:
        await connection.close(timeout=10)


async def open_accounts(
    place: Place,
    connection: "asyncpg.Connection[asyncpg.Record]",
    rich: Sequence[str],
    crossing: Sequence[str],
    *,
    lots: int = 1,
    bundles: bool = False,
) -> None:
    """Publish the accounts and wait until the workers, who must be running, have opened them all."""
    topic = place.settings.topics.accounts
    expected = 0

    def counted() -> Iterator[Call]:
        nonlocal expected
        for opening in openings(rich, crossing, lots=lots, bundles=bundles):
            expected += 1
            yield opening

    await fill(place.settings.kafka, topic, PARTITIONS, counted())
    deadline = time.monotonic() + APPLIES_WITHIN_S + expected / APPLIED_A_SECOND
    while (applied := await connection.fetchval(COUNT_APPLIED, topic)) < expected:
        if time.monotonic() > deadline:
            raise BenchFailedError(f"only {applied} of {expected} account events were applied")
        await asyncio.sleep(LOOK_AGAIN_S)


async def settle(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Wait until no partition changes hands any more."""
    deadline = time.monotonic() + APPLIES_WITHIN_S
    before, since_s = 0, time.monotonic()
    while time.monotonic() - since_s < SETTLED_S:
        epochs = await connection.fetchval(SUM_EPOCHS)
        if epochs != before:
            before, since_s = epochs, time.monotonic()
        if time.monotonic() > deadline:
            raise BenchFailedError("the workers do not agree about their partitions")
        await asyncio.sleep(LOOK_AGAIN_S)
