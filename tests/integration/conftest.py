"""Real servers, one of each a session; a fresh database and topics of its own for each test."""

import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.integration import servers
from tests.integration.own_topics import own_topics
from tests.integration.rates_command import WINDOWS, Rates
from worker.postgres.migrate import migrate
from worker.postgres.transaction import create_pool
from worker.settings.model import Settings
from worker.settings.servers import Kafka, Postgres
from worker.settings.topics import Topics

PARTITIONS = 4
# The embedded broker looks for what has come only once in half of a fetch's wait.
FETCH_WAIT_MS = 50
TEMPLATE = f"talktime_template_{os.getpid()}"

numbers = itertools.count(1)


@pytest.fixture(scope="session")
async def bootstrap_servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with servers.kafka(tmp_path_factory.mktemp("kafka")) as address:
        yield address


@pytest.fixture(scope="session")
async def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with servers.postgres(tmp_path_factory.mktemp("servers") / "postgres") as dsn:
        yield dsn


@pytest.fixture(scope="session")
async def template(postgres_dsn: str) -> AsyncIterator[str]:
    """The name of a migrated database, which others are copied from."""
    await on_server(postgres_dsn, f"CREATE DATABASE {TEMPLATE}")
    await migrate(database_dsn(postgres_dsn, TEMPLATE))
    yield TEMPLATE
    await on_server(postgres_dsn, f"DROP DATABASE {TEMPLATE} WITH (FORCE)")


@pytest.fixture
async def dsn(postgres_dsn: str, template: str) -> AsyncIterator[str]:
    """A fresh, migrated database."""
    name = f"talktime_test_{os.getpid()}_{next(numbers)}"
    await on_server(postgres_dsn, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield database_dsn(postgres_dsn, name)
    await on_server(postgres_dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    pool = await create_pool(Postgres(dsn=dsn, connections=4))
    yield pool
    await pool.close()


@pytest.fixture
def kafka(bootstrap_servers: str) -> Kafka:
    """A group of its own and short waits; idempotence only on real brokers, the embedded one has none."""
    return Kafka(
        bootstrap_servers=bootstrap_servers,
        group_id=f"test-{os.getpid()}-{next(numbers)}",
        idempotence=servers.broker_is_apache_kafka(),
        session_timeout_s=6,
        rebalance_timeout_s=6,
        heartbeat_s=1,
        start_deadline_s=20,
        commit_every_s=0.001,
        fetch_wait_ms=FETCH_WAIT_MS,
    )


@pytest.fixture
def topic_prefix() -> str:
    return f"test-{os.getpid()}-{next(numbers)}."


@pytest.fixture
async def topics(kafka: Kafka, topic_prefix: str) -> AsyncIterator[Topics]:
    """Every topic, made for this test alone."""
    topics = Topics(prefix=topic_prefix)
    async with own_topics(kafka, topics, partitions=PARTITIONS):
        yield topics


@pytest.fixture
def settings(kafka: Kafka, topics: Topics, dsn: str) -> Settings:
    return Settings(kafka=kafka, topics=topics, postgres=Postgres(dsn=dsn))


@pytest.fixture
def rates(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Rates:
    monkeypatch.setenv("TALKTIME_POSTGRES_DSN", dsn)
    return Rates()


@pytest.fixture
def windows(tmp_path: Path) -> str:
    (tmp_path / "windows.csv").write_text(WINDOWS, encoding="utf-8")
    return str(tmp_path / "windows.csv")


async def on_server(dsn: str, statement: str) -> None:
    """Run a statement that no transaction may contain."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def database_dsn(dsn: str, database: str) -> str:
    return urlsplit(dsn)._replace(path=f"/{database}").geturl()
