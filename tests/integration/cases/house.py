"""A house: one database, topics of its own, workers that run in this process, and eyes to look with."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.integration.cases.events import Sent
from worker.app.run_worker import run_worker
from worker.domain.tariff import NewVersion, VersionTerms
from worker.domain.tariff_row import TariffRow, canonical_order
from worker.kafka.producer import Producer
from worker.postgres.transaction import Database
from worker.settings.model import Settings
from worker.transactions.import_deck import Imported, import_deck
from worker.transactions.publish_outbox import Outgoing

PARTITIONS = 4
DEADLINE_S = 40
LOOK_EVERY_S = 0.03

# Prices a minute in micros; only the short code's row names its type.
PRICES = {"49": 1_000_000, "1": 100_000, "91": 5_000_000, "41": 5_000_000}

ALL_READ = """
    SELECT
        (SELECT coalesce(sum(records), 0) FROM read_position) >= $1
        AND NOT EXISTS (
            SELECT FROM parked JOIN account USING (cell, tenant_id)
            WHERE closed_at IS NULL AND reason = 'unknown_tenant'
        )
"""

T = TypeVar("T")


class House:
    """Counts what it sent, so that `all_read` can wait for exactly that."""

    def __init__(self, settings: Settings, pool: Database, producer: Producer) -> None:
        self.settings = settings
        self.pool = pool
        self.workers: list[asyncio.Task[int]] = []
        self._producer = producer
        self.sent = 0

    async def send(self, *events: Sent, keys: Sequence[bytes | None] = ()) -> None:
        """Publish in order; `keys` replace those of the events, to choose other partitions."""
        outgoing = [
            Outgoing(getattr(self.settings.topics, one.role), key, one.value, one.headers)
            for one, key in zip(events, keys or [one.key for one in events], strict=True)
        ]
        assert await self._producer.publish(outgoing) == [True] * len(events)
        self.sent += len(events)

    async def all_read(self) -> None:
        """Wait until every record that was sent has its outcome, and none waits for an account that is open.

        Topics are read side by side, so usage may come before the opening that was sent first.
        """

        async def read() -> bool:
            return bool(await self.value(ALL_READ, self.sent))

        await self.until(read)

    async def charge(self, *events: Sent) -> None:
        """Publish, and wait for the outcomes."""
        await self.send(*events)
        await self.all_read()

    async def until(self, look: Callable[[], Awaitable[T]]) -> T:
        """Look again and again until something is there; a worker that ends meanwhile fails the test."""
        async with asyncio.timeout(DEADLINE_S):
            while not (found := await look()):
                if not self.workers:
                    await self.pool.fetchval("SELECT pg_sleep($1)", LOOK_EVERY_S)
                    continue
                done, _ = await asyncio.wait(
                    self.workers, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED
                )
                for ended in done:
                    raise AssertionError(f"a worker ended with {ended.result()}")
        return found

    async def value(self, statement: str, *arguments: object) -> Any:  # noqa: ANN401 -- whatever the column is
        return await self.pool.fetchval(statement, *arguments)

    async def account(self, tenant: str) -> dict[str, Any]:
        row = await self.pool.fetchrow("SELECT * FROM account WHERE tenant_id = $1", tenant)
        assert row is not None, f"{tenant} has no account"
        return dict(row)

    async def balance(self, tenant: str) -> int:
        return int((await self.account(tenant))["balance_micros"])

    async def entries(self, tenant: str) -> list[int]:
        """The amounts of a tenant's usage entries."""
        rows = await self.pool.fetch(
            "SELECT amount_micros FROM ledger_entry JOIN account USING (cell, account_id)"
            " WHERE tenant_id = $1 AND kind IN (1, 2) ORDER BY amount_micros",
            tenant,
        )
        return [row["amount_micros"] for row in rows]

    async def requests(self, tenant: str) -> list[dict[str, Any]]:
        rows = await self.pool.fetch(
            "SELECT recharge.* FROM recharge JOIN account USING (cell, account_id)"
            " WHERE tenant_id = $1 ORDER BY requested_s, state = 'open', recharge.recharge_id",
            tenant,
        )
        return [dict(row) for row in rows]

    async def parked(self, tenant: str) -> list[tuple[str, str | None]]:
        """The reason of each parked record of a tenant, and how it ended."""
        rows = await self.pool.fetch(
            "SELECT reason, closed_as FROM parked WHERE tenant_id = $1 ORDER BY started_s, event_key", tenant
        )
        return [(row["reason"], row["closed_as"]) for row in rows]

    async def letters(self, tenant: str) -> list[dict[str, Any]]:
        """The dead letters of records that were published under a tenant's key."""
        rows = await self.pool.fetch(
            'SELECT * FROM dead_letter WHERE record_key = $1 ORDER BY topic, partition, "offset"',
            tenant.encode(),
        )
        return [dict(row) for row in rows]

    async def outcomes(self) -> dict[str, int]:
        row = await self.pool.fetchrow(
            "SELECT sum(records) AS records, sum(charged) AS charged, sum(applied) AS applied,"
            " sum(duplicate) AS duplicate, sum(parked) AS parked, sum(dead_lettered) AS dead_lettered"
            " FROM read_position"
        )
        assert row is not None
        return {name: int(count or 0) for name, count in row.items()}

    async def messages(self, role: str, tenant: str | None = None) -> list[dict[str, Any]]:
        """Everything published on a topic, once nothing waits for publication, in a tenant's order."""

        async def relayed() -> bool:
            return bool(await self.value("SELECT NOT EXISTS (SELECT FROM outbox WHERE set_aside IS NULL)"))

        await self.until(relayed)
        read = await read_topic(self.settings.kafka.bootstrap_servers, getattr(self.settings.topics, role))
        mine = [one for one in read if tenant is None or one["data"].get("tenant_id") == tenant]
        return sorted(mine, key=lambda one: int(one.get("sequence", "0")))

    @asynccontextmanager
    async def working(self, workers: int = 1, settings: Settings | None = None) -> AsyncIterator[None]:
        """Run workers as `talktime worker` does, in this process; stop them by their own way out."""
        async with AsyncExitStack() as running:
            for _ in range(workers):
                stop = asyncio.Event()
                task = asyncio.create_task(run_worker(settings or self.settings, stop=stop))
                running.push_async_callback(_stopped, stop, task)
                self.workers.append(task)
            try:
                yield
            finally:
                self.workers.clear()


async def _stopped(stop: asyncio.Event, task: "asyncio.Task[int]") -> None:
    stop.set()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def read_topic(bootstrap_servers: str, topic: str) -> list[dict[str, Any]]:
    """Read a topic from its first record to its last."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(DEADLINE_S):
            while True:
                for records in (await consumer.getmany(timeout_ms=50)).values():
                    found += [json.loads(record.value) for record in records]
                ends = [consumer.highwater(one) for one in partitions]
                if None not in ends and ends == [await consumer.position(one) for one in partitions]:
                    return found
    finally:
        await consumer.stop()


async def import_prices(
    pool: Database, prices: dict[str, int], *, deck: str = "standard", currency: str = "USD", from_s: int = 0
) -> None:
    rows = [TariffRow("", "", "", prefix, f"to {prefix}", 0, 0, micros) for prefix, micros in prices.items()]
    version = NewVersion(deck, currency, VersionTerms(from_s, "UTC"), sorted(rows, key=canonical_order))
    assert isinstance(await import_deck(pool, version, retroactive=True), Imported)
