"""Audit one account day by day: one that has more entries than a single short statement can read."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from asyncpg import Record

from worker.domain.micros import format_micros
from worker.postgres.audit import Part, balances, ledger_days, limit_statements, line_sums, source_numbers
from worker.postgres.snapshot import snapshot
from worker.postgres.transaction import Database

# An account that is charged all the time is examined in a quiet moment, or by the next pass.
ATTEMPTS: Final = 5


class Books(NamedTuple):
    """What was found; not `settled`: the account changed in every attempt, so its sum says nothing."""

    settled: bool
    flaw: str
    usages: int
    lines: int
    wrong_lines: list[str]


async def examine_by_days(pool: Database, cell: int, account_id: int, statement_ms: int) -> Books:
    """Add an account's days up, each read in a snapshot of its own.

    Entries and the account's row change together, so days that were read beside one version of the row are
    days of one state.
    """
    lines, wrong = 0, []
    async with snapshot(pool) as tx:
        days = await ledger_days(tx)
        sources = await source_numbers(tx, cell)
    parts = [Part(cell, account_id, account_id, sources, day, day) for day in days]
    for part in parts:
        async with snapshot(pool) as tx:
            await limit_statements(tx, statement_ms)
            found = await line_sums(tx, part)
        lines += len(found)
        wrong += wrong_lines(found)
    usages = 0
    for _ in range(ATTEMPTS):
        rows = await _read_days(pool, parts, statement_ms)
        usages = sum(int(row["usages"]) for row in rows)
        if len({row["version"] for row in rows}) == 1:
            booked = sum(int(row["booked_micros"]) for row in rows)
            balanced = rows[0]["balance_micros"] == booked
            flaw = "" if balanced else unbalanced(rows[0], booked, "entries make")
            return Books(settled=True, flaw=flaw, usages=usages, lines=lines, wrong_lines=wrong)
    return Books(settled=False, flaw="", usages=usages, lines=lines, wrong_lines=wrong)


async def _read_days(pool: Database, parts: Sequence[Part], statement_ms: int) -> list[Record]:
    rows: list[Record] = []
    for part in parts:
        async with snapshot(pool) as tx:
            await limit_statements(tx, statement_ms)
            rows += await balances(tx, part)
    return rows


def unbalanced(row: Record, other_micros: int, words: str) -> str:
    """Say by how much an account is off."""
    balance = format_micros(row["balance_micros"])
    return f"{row['tenant_id']}: balance {balance}, {words} {format_micros(int(other_micros))}"


def wrong_lines(rows: Sequence[Record]) -> list[str]:
    """Name the entries whose lines do not add up to them."""
    return [
        f"account {row['account_id']}, day {row['day']}, entry {row['event_key']}"
        for row in rows
        if not row["adds_up"]
    ]
