"""Transactions: the only way to reach the database."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncpg

from worker.settings.servers import Postgres

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

    Database = asyncpg.Pool[Record]
else:
    # The class takes no parameter while it runs.
    Database = asyncpg.Pool

CONNECT_TIMEOUT_S: Final = 10.0
# The server's own answer arrives first, and names the statement.
LATER_THAN_THE_SERVER_S: Final = 5.0
IDLE_CONNECTION_S: Final = 60.0

SERVER_SETTINGS: Final = {
    "application_name": "talktime",
    "timezone": "UTC",
    "jit": "off",
    # Harmless on plain Postgres; on Citus it saves a second at a connection's first array.
    "citus.override_table_visibility": "off",
}


class Transaction:
    """An open transaction; to hold one is to be allowed to run statements.

    A class and no `Protocol`: a pool also has `fetch` and `execute`, and must not type-check in its place.
    """

    def __init__(self, connection: "PoolConnectionProxy[Record]") -> None:
        self._connection = connection

    async def fetch(self, statement: str, *arguments: object) -> "list[Record]":
        """Run a statement and return its rows."""
        return await self._connection.fetch(statement, *arguments)

    async def fetchrow(
        self, statement: str, *arguments: object, timeout_s: float | None = None
    ) -> "Record | None":
        """Run a statement and return its first row; `timeout_s` replaces the pool's limit."""
        return await self._connection.fetchrow(statement, *arguments, timeout=timeout_s)

    async def execute(self, statement: str, *arguments: object) -> str:
        """Run a statement for its effect; return its command tag."""
        return await self._connection.execute(statement, *arguments)

    async def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Append rows by COPY; the order of `columns` is that of each row."""
        await self._connection.copy_records_to_table(table, records=rows, columns=columns)


@asynccontextmanager
async def transaction(pool: Database) -> AsyncIterator[Transaction]:
    """Make everything in the block true, or nothing."""
    async with pool.acquire() as connection, connection.transaction():
        yield Transaction(connection)


async def create_pool(postgres: Postgres, *, connections: int | None = None) -> Database:
    """Open a pool whose connections carry the limits that keep one stuck session harmless."""
    return await asyncpg.create_pool(
        postgres.dsn,
        min_size=1,
        max_size=connections or postgres.connections,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=postgres.statement_timeout_s + LATER_THAN_THE_SERVER_S,
        max_inactive_connection_lifetime=IDLE_CONNECTION_S,
        reset=_nothing_to_reset,
        server_settings=SERVER_SETTINGS
        | {
            "lock_timeout": _milliseconds(postgres.lock_timeout_s),
            "statement_timeout": _milliseconds(postgres.statement_timeout_s),
            "idle_in_transaction_session_timeout": _milliseconds(postgres.idle_in_transaction_timeout_s),
            "tcp_user_timeout": _milliseconds(postgres.tcp_user_timeout_s),
        },
    )


async def _nothing_to_reset(_: object) -> None:
    """Spare each transaction a round trip: what we set, lock or open ends with it, or is ended."""


def _milliseconds(seconds: float) -> str:
    # Never 0, which would mean no limit.
    return f"{max(1, round(seconds * 1000))}ms"
