"""Migrations: the schema, one numbered SQL file after another."""

import hashlib
from importlib import resources
from typing import Final

import asyncpg

from worker.postgres.transaction import CONNECT_TIMEOUT_S

LOCK_KEY: Final = 7_824_255_463  # Any constant: two migrations at once take turns.

CREATE_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        name text PRIMARY KEY,
        digest text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""

APPLIED: Final = "SELECT name, digest FROM schema_migration"

RECORD: Final = "INSERT INTO schema_migration (name, digest) VALUES ($1, $2)"

COUNT_CELLS: Final = "SELECT count(*) FROM cell"

# Every cell has its row before any worker starts.
ADD_CELLS: Final = """
    INSERT INTO cell (cell)
    SELECT number::smallint FROM generate_series(0, $1::int - 1) AS number
    ON CONFLICT (cell) DO NOTHING
"""

MAKE_DAYS: Final = "SELECT make_ledger_days($1::integer, $2::integer)"

GRANT_RIGHTS: Final = "SELECT grant_worker_rights($1::name)"


class MigrationChangedError(Exception):
    """A migration that was applied before has other content now."""


class CellsFixedError(Exception):
    """The schema was made with another number of cells, by which its tenants were spread."""

    def __init__(self, cells: int) -> None:
        super().__init__(f"the schema was made with --cells {cells}, which holds for ever")


async def migrate(
    dsn: str, *, cells: int | None = None, open_days: int = 62, days_ahead: int = 7, role: str | None = None
) -> list[str]:
    """Bring the schema up to date; return the names of the migrations applied by this call.

    `role` is given what a worker needs and nothing more: it cannot change what is append-only.
    Safe to run at any time and by several at once. The number of cells is that of the first time, 1 when
    nothing was said. Raises `CellsFixedError` for another one and `MigrationChangedError` when an applied
    file was edited; nothing is applied then.
    """
    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
        await connection.execute("SET client_min_messages = warning")
        await connection.execute(CREATE_TABLE)
        applied = {str(row["name"]): str(row["digest"]) for row in await connection.fetch(APPLIED)}
        fresh = [name for name in _names() if _is_new(name, applied)]
        made = await connection.fetchval(COUNT_CELLS) if applied else 0
        if made and cells not in {None, made}:
            raise CellsFixedError(made)
        for name in fresh:
            async with connection.transaction():
                await connection.execute(_text(name))
                await connection.execute(RECORD, name, _digest(name))
        await connection.execute(ADD_CELLS, cells or made or 1)
        await connection.execute(MAKE_DAYS, open_days, days_ahead)
        if role is not None:
            await connection.execute(GRANT_RIGHTS, role)
        return fresh
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)


def _is_new(name: str, applied: dict[str, str]) -> bool:
    if name in applied and applied[name] != _digest(name):
        raise MigrationChangedError(
            f"migration {name} was edited after it was applied; add a new one instead"
        )
    return name not in applied


def _names() -> list[str]:
    folder = resources.files("worker.postgres").joinpath("migrations")
    return sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))


def _text(name: str) -> str:
    return resources.files("worker.postgres").joinpath("migrations", name).read_text(encoding="utf-8")


def _digest(name: str) -> str:
    return hashlib.sha256(_text(name).encode()).hexdigest()
