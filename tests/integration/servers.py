"""The servers of the integration tests: given, in containers, or embedded.

TALKTIME_TEST_KAFKA and TALKTIME_TEST_POSTGRES name servers that run already (their data is not looked after);
TALKTIME_TEST_SERVERS=containers takes containers for the others; else they come from wheels.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.integration.containers import kafka_container, postgres_container
from worker.embedded.broker import Broker
from worker.embedded.postgres import Postgres


@asynccontextmanager
async def kafka(folder: Path) -> AsyncIterator[str]:
    """Give the address of a broker."""
    if given := os.environ.get("TALKTIME_TEST_KAFKA"):
        yield given
        return
    if in_containers():
        with kafka_container() as address:
            yield address
        return
    broker = Broker(folder)
    try:
        yield await broker.start()
    finally:
        await broker.stop()


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[str]:
    """Give the DSN of a database server on which we may make databases."""
    if given := os.environ.get("TALKTIME_TEST_POSTGRES"):
        yield given
        return
    if in_containers():
        with postgres_container() as dsn:
            yield dsn
        return
    server = Postgres(folder, durable=False)
    try:
        yield await server.start()
    finally:
        await server.stop()


def broker_is_apache_kafka() -> bool:
    """Tell whether the broker can do what only Apache Kafka can, such as an idempotent producer."""
    return "TALKTIME_TEST_KAFKA" in os.environ or in_containers()


def in_containers() -> bool:
    """Tell whether servers that nobody gave run in containers."""
    return os.environ.get("TALKTIME_TEST_SERVERS") == "containers"
