"""The servers of the integration tests: given, in containers, or embedded.

TALKTIME_TEST_KAFKA and TALKTIME_TEST_POSTGRES name servers that run already (their data is not looked after);
TALKTIME_TEST_SERVERS=containers takes containers for the others; else they come from wheels.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from worker.embedded.broker import Broker
from worker.embedded.postgres import Postgres


@asynccontextmanager
async def kafka(folder: Path) -> AsyncIterator[str]:
    """Give the address of a broker."""
    if given := os.environ.get("TALKTIME_TEST_KAFKA"):
        yield given
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
    server = Postgres(folder, durable=False)
    try:
        yield await server.start()
    finally:
        await server.stop()
