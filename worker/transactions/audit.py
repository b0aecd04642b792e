"""The audit: prove the guarantees on live data, slice by slice, each in a short snapshot."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from worker.domain.micros import format_micros
from worker.domain.proof import CHECKS, Proof
from worker.postgres.audit import (
    Counters,
    balances,
    counters,
    limit_statements,
    line_sums,
    lot_sums,
    requests,
    slice_of_accounts,
    source_numbers,
)
from worker.postgres.snapshot import snapshot
from worker.postgres.transaction import Database, Transaction

SLICE_ACCOUNTS: Final = 1_000
# Four statements in a snapshot, which must not last longer than two seconds.
STATEMENT_MS: Final = 500
# A single account cannot be cut any further.
LAST_STATEMENT_MS: Final = 20_000


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
            if len(ids) == 1:
                raise
            self._size = max(1, len(ids) // 2)
            return True
        self._last_id = ids[-1]
        self._size = min(2 * self._size, SLICE_ACCOUNTS)
        self.accounts += len(ids)
        return True

    async def _examine(self, ids: Sequence[int]) -> None:
        first, last = ids[0], ids[-1]
        found: list[tuple[str, int, list[str]]] = []
        async with snapshot(self._pool) as tx:
            await limit_statements(tx, STATEMENT_MS if len(ids) > 1 else LAST_STATEMENT_MS)
            sources = await source_numbers(tx, self._cell)
            usages = 0
            wrong = []
            rows = await balances(tx, self._cell, first, last, sources)
            for row in rows:
                usages += int(row["usages"])
                if row["balance_micros"] != row["booked_micros"]:
                    wrong.append(unbalanced(row, "booked_micros", "entries make"))
            found.append(("conservation", len(rows), wrong))
            found += await self._look_inside(tx, first, last, sources)
        # Only a slice that was read whole counts; one that was cut comes again in halves.
        self._usages += usages
        for name, examined, violations in found:
            self._proofs[name].add(examined, violations)

    async def _look_inside(
        self, tx: Transaction, first: int, last: int, sources: Sequence[int]
    ) -> list[tuple[str, int, list[str]]]:
        lots = await lot_sums(tx, self._cell, first, last)
        lines = await line_sums(tx, self._cell, first, last, sources)
        asked = await requests(tx, self._cell, first, last)
        wrong_lots = [
            unbalanced(row, "left_micros", "lots less debt make")
            for row in lots
            if row["balance_micros"] != row["left_micros"]
        ]
        wrong_lines = [
            f"account {row['account_id']}, day {row['day']}, entry {row['event_key']}"
            for row in lines
            if not row["adds_up"]
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
            ("entry_lines", len(lines), wrong_lines),
            ("one_open_request", len(asked), doubled),
            ("triggers", len(asked), missed),
        ]

    async def _finish(self) -> None:
        if self._before is None:
            return
        async with snapshot(self._pool) as tx:
            after = await counters(tx, self._cell)
        self._proofs["outcomes"].add(after.positions, outcome_flaws(self._before, after, self._usages))


def unbalanced(row: "asyncpg.Record", column: str, words: str) -> str:
    """Say by how much an account is off."""
    balance, other = int(row["balance_micros"]), int(row[column])
    return f"{row['tenant_id']}: balance {format_micros(balance)}, {words} {format_micros(other)}"


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
