"""Outages: Postgres or the broker goes away under load and comes back, and nobody has to do anything."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Final

import pytest

from tests.faults.books import A_MOMENT, balances, charged, drained, prove, prove_requests
from tests.faults.conftest import cheap_deck
from tests.faults.published_events import (
    MINUTE_MICROS,
    auto_recharge,
    call,
    credit,
    opened,
    publish,
)
from tests.faults.worker_process import WorkerProcess, working
from worker.embedded.broker import Broker
from worker.embedded.postgres import Postgres as PostgresServer
from worker.kafka.topics import create_topics
from worker.postgres.migrate import migrate
from worker.postgres.transaction import Database, create_pool
from worker.settings.model import Settings
from worker.settings.servers import Kafka, Postgres
from worker.settings.topics import Topics
from worker.transactions.import_deck import import_deck

TENANTS: Final = [f"tenant-{number}" for number in range(4)]
WAVE: Final = 50


class Load:
    """Publishes waves of calls; each call is another one."""

    def __init__(self, settings: Settings) -> None:
        self.calls = 0
        self._settings = settings

    async def begin(self) -> None:
        topic = self._settings.topics.accounts
        for tenant in TENANTS:
            recharge = auto_recharge(topic, tenant, trigger="9.00", amount="5.00")
            await publish(
                self._settings.kafka, [opened(topic, tenant), credit(topic, tenant, "10.00"), recharge]
            )

    async def wave(self) -> None:
        topic, first = self._settings.topics.usage, self.calls
        self.calls += WAVE
        numbers = range(first, self.calls)
        calls = [call(topic, tenant, number) for number in numbers for tenant in TENANTS]
        await publish(self._settings.kafka, calls)

    async def prove(self, pool: Database) -> None:
        await prove(pool)
        await prove_requests(pool, self._settings)
        assert await charged(pool) == self.calls * len(TENANTS)
        assert await balances(pool) == dict.fromkeys(TENANTS, 10_000_000 - self.calls * MINUTE_MICROS)


@pytest.fixture
async def own_postgres(tmp_path: Path) -> AsyncIterator[PostgresServer]:
    server = PostgresServer(tmp_path / "postgres", durable=False)
    yield server
    await server.stop()


@asynccontextmanager
async def prepared(dsn: str) -> AsyncIterator[Database]:
    await migrate(dsn)
    pool = await create_pool(Postgres(dsn=dsn))
    await import_deck(pool, cheap_deck())
    yield pool
    # Its connections may have died with the server.
    pool.terminate()


async def some_charged(pool: Database, more_than: int) -> None:
    async with asyncio.timeout(60):
        while await charged(pool) <= more_than:
            await pool.execute(A_MOMENT)


@pytest.mark.parametrize("death", ["stopped", "killed"])
async def test_case_24_postgres_goes_away_and_comes_back_under_load(
    death: str, own_postgres: PostgresServer, kafka: Kafka, topics: Topics, tmp_path: Path
) -> None:
    """Case 24, for the database."""
    dsn = await own_postgres.start()
    settings = Settings(kafka=kafka, topics=topics, postgres=Postgres(dsn=dsn))
    load = Load(settings)
    async with prepared(dsn), working(settings, tmp_path / "worker.log") as worker:
        await load.begin()
        pool = await create_pool(Postgres(dsn=dsn))
        for _ in range(3):
            before = await charged(pool)
            await load.wave()
            await some_charged(pool, before)
            await load.wave()
            pool.terminate()
            if death == "killed":
                os.kill(own_postgres.child.pid, SIGKILL)
            await own_postgres.stop()
            # The platform goes on, and the worker sees the database away.
            await load.wave()
            assert await worker.lives_for(0.5), worker.said()[-4000:]
            await own_postgres.start()
            pool = await create_pool(Postgres(dsn=dsn))
        await drained(pool, settings)
        await load.prove(pool)
        pool.terminate()


async def test_case_24_a_broker_that_hangs_and_goes_on_costs_nothing(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    """Case 24, for the broker: its connections stay open, and nothing answers."""
    broker = Broker(tmp_path / "broker")
    try:
        dsn, address = await own_postgres.start(), await broker.start()
        kafka = Kafka(
            bootstrap_servers=address,
            idempotence=False,
            session_timeout_s=2,
            rebalance_timeout_s=2,
            heartbeat_s=0.5,
            request_timeout_s=3,
        )
        settings = Settings(kafka=kafka, postgres=Postgres(dsn=dsn))
        await create_topics(kafka, settings.topics, partitions=4)
        load = Load(settings)
        async with prepared(dsn) as pool, working(settings, tmp_path / "worker.log") as worker:
            await load.begin()
            for _ in range(2):
                await load.wave()
                await some_charged(pool, 0)
                await hang(broker, worker)
                await load.wave()
            await drained(pool, settings)
            await load.prove(pool)
    finally:
        await broker.stop()


async def hang(broker: Broker, worker: WorkerProcess) -> None:
    """Freeze the broker for longer than a session and a request."""
    os.kill(broker.child.pid, SIGSTOP)
    try:
        assert await worker.lives_for(4), worker.said()[-4000:]
    finally:
        os.kill(broker.child.pid, SIGCONT)


@pytest.mark.skipif(
    not {"TALKTIME_TEST_KAFKA", "TALKTIME_TEST_KAFKA_RESTART"} <= os.environ.keys(),
    reason="TALKTIME_TEST_KAFKA_RESTART holds no command that kills the broker and starts it again",
)
async def test_case_24_a_broker_that_is_killed_and_started_again_costs_nothing(
    own_postgres: PostgresServer, kafka: Kafka, topics: Topics, tmp_path: Path
) -> None:
    """Case 24, for a broker that keeps its log; the embedded one forgets everything when it ends."""
    dsn = await own_postgres.start()
    settings = Settings(kafka=kafka, topics=topics, postgres=Postgres(dsn=dsn))
    load = Load(settings)
    async with prepared(dsn) as pool, working(settings, tmp_path / "worker.log"):
        await load.begin()
        for _ in range(2):
            before = await charged(pool)
            await load.wave()
            await some_charged(pool, before)
            await load.wave()
            restart = await asyncio.create_subprocess_shell(os.environ["TALKTIME_TEST_KAFKA_RESTART"])
            assert await restart.wait() == 0
            await load.wave()
        await drained(pool, settings)
        await load.prove(pool)
