"""Databases: one for each measurement, so that none finds what another has left."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import asyncpg

PREFIX: Final = "talktime_bench_"

# Names are put together here, from the prefix and a number: no parameter can stand for a name.
CREATE: Final = "CREATE DATABASE "
# FORCE: a process that has just been told to end may still be connected.
DROP: Final = "DROP DATABASE "
FORCE: Final = " WITH (FORCE)"


@asynccontextmanager
async def fresh_database(server_dsn: str, suffix: str) -> AsyncIterator[str]:
    """Make an empty database, give its DSN, and drop it afterwards; the suffix is letters and digits."""
    assert suffix.isalnum()
    name = PREFIX + suffix
    await _run(server_dsn, CREATE + name)
    try:
        yield urlsplit(server_dsn)._replace(path=f"/{name}").geturl()
    finally:
        await _run(server_dsn, DROP + name + FORCE)


async def _run(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close(timeout=10)
