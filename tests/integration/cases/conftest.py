"""A town that most cases share: one database, two workers for every account; a tenant for each test."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from tests.integration import servers
from tests.integration.audit_command import AuditCommand, broken
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.house import PARTITIONS, PRICES, House, import_prices
from tests.integration.cases.revising import Check
from tests.integration.conftest import FETCH_WAIT_MS
from tests.integration.own_topics import own_topics
from worker.kafka.producer import Producer
from worker.postgres.transaction import create_pool
from worker.settings.model import Settings
from worker.settings.pace import Sweep
from worker.settings.servers import Kafka, Metrics, Postgres
from worker.settings.topics import Topics


@pytest.fixture(scope="module")
async def town(bootstrap_servers: str, postgres_dsn: str, template: str) -> AsyncIterator[House]:
    """Two workers at work, and a deck: 1 USD a minute to Germany."""
    async with built(bootstrap_servers, postgres_dsn, template) as house, house.working(workers=2):
        yield house


@pytest.fixture
async def house(bootstrap_servers: str, postgres_dsn: str, template: str) -> AsyncIterator[House]:
    """A database, topics and a deck for one test alone, with nobody at work yet."""
    async with built(bootstrap_servers, postgres_dsn, template) as house:
        yield house


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid4().hex[:12]}"


@pytest.fixture
async def desk(house: House) -> Desk:
    """Batches without Kafka."""
    return await desk_in(house)


@pytest.fixture
async def audited(house: House, monkeypatch: pytest.MonkeyPatch) -> Check:
    """To be called: the books add up."""

    async def check() -> None:
        code, document = await AuditCommand(house, monkeypatch)()
        assert (code, broken(document)) == (0, set())

    return check


@asynccontextmanager
async def built(bootstrap_servers: str, postgres_dsn: str, template: str) -> AsyncIterator[House]:
    name = f"talktime_case_{os.getpid()}_{uuid4().hex[:8]}"
    settings = Settings(
        kafka=Kafka(
            bootstrap_servers=bootstrap_servers,
            group_id=name,
            idempotence=servers.broker_is_apache_kafka(),
            session_timeout_s=6,
            rebalance_timeout_s=6,
            heartbeat_s=1,
            start_deadline_s=20,
            fetch_wait_ms=FETCH_WAIT_MS,
        ),
        postgres=Postgres(dsn=urlsplit(postgres_dsn)._replace(path=f"/{name}").geturl(), connections=4),
        metrics=Metrics(port=0),
        topics=Topics(prefix=f"{name}."),
        sweep=Sweep(release_every_s=0.2),
    )
    await on_server(postgres_dsn, f"CREATE DATABASE {name} TEMPLATE {template}")
    async with own_topics(settings.kafka, settings.topics, partitions=PARTITIONS):
        pool = await create_pool(settings.postgres)
        producer = Producer(settings.kafka)
        try:
            await producer.start()
            await import_prices(pool, PRICES)
            yield House(settings, pool, producer)
        finally:
            await producer.stop()
            await pool.close()
            await on_server(postgres_dsn, f"DROP DATABASE {name} WITH (FORCE)")


async def on_server(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
