"""The audit: prove the guarantees on live data, slice by slice, each in a short snapshot."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from worker.domain.micros import format_micros
from worker.domain.proof import CHECKS, Proof
from worker.postgres.audit import (
    Part,
    balances,
    limit_statements,
    line_sums,
    lot_sums,
    requests,
    slice_of_accounts,
    source_numbers,
)
from worker.postgres.audit_counters import Counters, counters
from worker.postgres.snapshot import snapshot
from worker.postgres.transaction import Database, Transaction
from worker.transactions.audit_by_days import examine_by_days, unbalanced, wrong_lines

SLICE_ACCOUNTS: Final = 1_000
# Four statements in a snapshot, which must not last longer than two seconds.
STATEMENT_MS: Final = 500
# Of a single account one day at a time is read, in a snapshot of its own.
LARGE_STATEMENT_MS: Final = 1_000

# A check's name, how much it has examined, and what was wrong.
Finding = tuple[str, int, list[str]]


class Audit:
    """One pass over the accounts of a cell; call `advance` until it says that it is over.

    Nothing that happens meanwhile is an alarm: each slice is read in one state, and the number of entries,
    which only grows, is compared with the counters before the first and after the last slice.
    """

    def __init__(self, pool: Database, cell: int, tenant_id: str | None = None) -> None:
        self._pool = pool
        self._cell = cell
        self._tenant_id = tenant_id
        self._last_id = 0
        self._size = SLICE_ACCOUNTS
        self._usages = 0
        self._before: Counters | None = None
        self._proofs = {name: Proof(name) for name in CHECKS}
        self.accounts = 0

    @property
    def proofs(self) -> list[Proof]:
        """What was found so far; outcomes are counted over all tenants only."""
        return [
            proof for proof in self._proofs.values() if self._tenant_id is None or proof.name != "outcomes"
        ]

    async def advance(self) -> bool:
        """Examine one more slice; false when there was none left and the pass is complete."""
        if self._before is None and self._tenant_id is None:
            async with snapshot(self._pool) as tx:
                self._before = await counters(tx, self._cell)
        async with snapshot(self._pool) as tx:
            ids = await slice_of_accounts(tx, self._cell, self._last_id, self._size, self._tenant_id)
        if not ids:
            await self._finish()
            return False
        try:
            await self._examine(ids)
        except asyncpg.QueryCanceledError:
            if len(ids) > 1:
                self._size = max(1, len(ids) // 2)
                return True
            await self._examine_large(ids[0])
        self._last_id = ids[-1]
        self._size = min(2 * self._size, SLICE_ACCOUNTS)
        self.accounts += len(ids)
        return True

    async def _examine(self, ids: Sequence[int]) -> None:
        async with snapshot(self._pool) as tx:
            await limit_statements(tx, STATEMENT_MS)
            part = Part(self._cell, ids[0], ids[-1], await source_numbers(tx, self._cell))
            books = await balances(tx, part)
            lines = await line_sums(tx, part)
            rest = await self._look_inside(tx, part)
        # Only a slice that was read whole counts; one that was cut comes again in halves.
        self._usages += sum(int(row["usages"]) for row in books)
        wrong = [
            unbalanced(row, row["booked_micros"], "entries make")
            for row in books
            if row["balance_micros"] != row["booked_micros"]
        ]
        self._add(
            [("conservation", len(books), wrong), ("entry_lines", len(lines), wrong_lines(lines)), *rest]
        )

    async def _examine_large(self, account_id: int) -> None:
        """Examine an account with more entries than one short statement reads: day by day."""
        books = await examine_by_days(self._pool, self._cell, account_id, LARGE_STATEMENT_MS)
        async with snapshot(self._pool) as tx:
            await limit_statements(tx, LARGE_STATEMENT_MS)
            rest = await self._look_inside(tx, Part(self._cell, account_id, account_id, ()))
        self._usages += books.usages
        wrong = [books.flaw] if books.flaw else []
        found = [("conservation", int(books.settled), wrong), ("entry_lines", books.lines, books.wrong_lines)]
        self._add([*found, *rest])

    def _add(self, found: Sequence[Finding]) -> None:
        for name, examined, violations in found:
            self._proofs[name].add(examined, violations)

    async def _look_inside(self, tx: Transaction, part: Part) -> list[Finding]:
        lots = await lot_sums(tx, self._cell, part.first_id, part.last_id)
        asked = await requests(tx, self._cell, part.first_id, part.last_id)
        wrong_lots = [
            unbalanced(row, row["left_micros"], "lots less debt make")
            for row in lots
            if row["balance_micros"] != row["left_micros"]
        ]
        doubled = [
            f"{row['tenant_id']}: {row['requests']} open automatic requests,"
            f" the account names {row['open_recharge_id'] or 'none'}"
            for row in asked
            if row["requests"] > 1 or row["recharge_id"] != row["open_recharge_id"]
        ]
        missed = [
            f"{row['tenant_id']}: balance {format_micros(row['balance_micros'])} is below its trigger"
            f" {format_micros(row['trigger_micros'])} with {row['requests']} open automatic requests"
            for row in asked
            if row["due"] and row["requests"] != 1
        ]
        return [
            ("lots", len(lots), wrong_lots),
            ("one_open_request", len(asked), doubled),
            ("triggers", len(asked), missed),
        ]

    async def _finish(self) -> None:
        if self._before is None:
            return
        async with snapshot(self._pool) as tx:
            after = await counters(tx, self._cell)
        self._proofs["outcomes"].add(after.positions, outcome_flaws(self._before, after, self._usages))


def outcome_flaws(before: Counters, after: Counters, usages: int) -> list[str]:
    """Compare the counters with what is there; `usages` were counted between the two readings."""
    flaws = [f"{position}: the outcomes do not add up to its records" for position in after.uneven]
    if not before.usages <= usages <= after.usages:
        counted = f"{before.usages}" if before.usages == after.usages else f"{before.usages}..{after.usages}"
        flaws.append(f"{counted} records were counted as charged, {usages} usage entries are in the ledger")
    if after.parked != after.parked_rows:
        flaws.append(f"{after.parked} records were counted as parked, {after.parked_rows} are there")
    if after.dead_lettered != after.dead_letters:
        flaws.append(f"{after.dead_lettered} dead letters were counted, {after.dead_letters} are there")
    return flaws
