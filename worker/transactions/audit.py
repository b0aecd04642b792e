"""The audit: prove the guarantees on live data, step by step, each in a short snapshot."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final

import asyncpg

from worker.domain.proof import CHECKS, Proof
from worker.domain.reckoning import Audited
from worker.postgres.audit import Accounts, limit_statements, read_requests, slice_of_accounts
from worker.postgres.audit_counters import Counters, counters
from worker.postgres.audit_entries import balances_again, source_numbers
from worker.postgres.snapshot import snapshot
from worker.postgres.transaction import Database
from worker.transactions.audit_findings import balance_flaw, outcome_flaws, request_flaws, sum_flaws
from worker.transactions.audit_identities import IdentitiesAudit
from worker.transactions.audit_slice import SliceAudit

SLICE_ACCOUNTS: Final = 50_000
STATEMENT_MS: Final = 1_000
# Small steps are taken together until so much time is spent.
STEP_S: Final = 0.2
# Days that move meanwhile are read again, but not for ever.
ATTEMPTS: Final = 3


class Audit:
    """One pass over the accounts of a cell; call `advance` until it says that it is over.

    Nothing that happens meanwhile is an alarm: what accounts say at one moment is compared with that moment's
    entries, and the number of entries, which only grows, with the counters before and after.
    """

    def __init__(self, pool: Database, cell: int, tenant_id: str | None = None) -> None:
        self._pool = pool
        self._cell = cell
        self._tenant_id = tenant_id
        self._usages = 0
        self._proofs = {name: Proof(name) for name in CHECKS}
        self._steps = self._pass()
        self._slice: SliceAudit | None = None
        self._identities = IdentitiesAudit(pool, cell)
        self.accounts = 0
        self.entries = 0

    @property
    def proofs(self) -> list[Proof]:
        """What was found so far; outcomes and identities are looked at over all tenants only."""
        whole = {"outcomes", "identities"} if self._tenant_id is not None else set()
        return [proof for proof in self._proofs.values() if proof.name not in whole]

    @property
    def progress(self) -> tuple[str, int, int]:
        """What is under way, how much of it is done, and how much there is."""
        if self._identities.examined:
            return "identities", self._identities.examined, max(self.entries, self._identities.examined)
        if self._slice is None:
            return "accounts", 0, 1
        return "entries", self._slice.done, max(self._slice.total, 1)

    async def advance(self) -> bool:
        """Examine for a moment; false when nothing is left and the pass is complete."""
        until = time.monotonic() + STEP_S
        async for _ in self._steps:
            if time.monotonic() > until:
                return True
        return False

    async def _pass(self) -> AsyncIterator[None]:
        whole = self._tenant_id is None
        before = await self._counters() if whole else None
        after_id, size = 0, SLICE_ACCOUNTS
        while ids := await self._next(after_id, size):
            accounts = Accounts(self._cell, ids[0], ids[-1])
            try:
                async for _ in self._examine(accounts):
                    yield
            except asyncpg.QueryCanceledError:
                if size == 1:
                    raise
                size = max(1, len(ids) // 2)
                continue
            after_id, size = ids[-1], min(2 * size, SLICE_ACCOUNTS)
            self.accounts += len(ids)
        if before is not None:
            async for _ in self._identities.steps():
                yield
            self._add("identities", self._identities.examined, self._identities.repeated)
            after = await self._counters()
            self._add("outcomes", after.positions, outcome_flaws(before, after, self._usages))

    async def _next(self, after_id: int, size: int) -> list[int]:
        async with snapshot(self._pool) as tx:
            return await slice_of_accounts(tx, self._cell, after_id, size, self._tenant_id)

    async def _counters(self) -> Counters:
        async with snapshot(self._pool) as tx:
            return await counters(tx, self._cell)

    async def _examine(self, accounts: Accounts) -> AsyncIterator[None]:
        async with snapshot(self._pool) as tx:
            sources = await source_numbers(tx, self._cell)
        few = None if self._tenant_id is None else sources
        self._slice = SliceAudit(self._pool, accounts, few)
        said, attempts = await self._slice.begin(), 1
        async for _ in self._slice.steps(said):
            yield
        while attempts < ATTEMPTS and await self._slice.moved_since(said):
            said, attempts = await self._slice.begin(), attempts + 1
            async for _ in self._slice.steps(said):
                yield
        async with snapshot(self._pool) as tx:
            await limit_statements(tx, STATEMENT_MS)
            asked = await read_requests(tx, accounts)
        # Of fifty thousand accounts each takes longer than the event loop may be kept.
        unbalanced = await asyncio.to_thread(said.reckoning.unbalanced)
        wrong, doubtful = await self._look_again(unbalanced, sources)
        self._usages += said.reckoning.usages
        self.entries += said.reckoning.entries
        self._add("conservation", len(said.reckoning.accounts), [balance_flaw(*one) for one in wrong])
        self._add("entry_lines", self._slice.lines, self._slice.wrong_lines)
        found = await asyncio.to_thread(sum_flaws, said, [account for account, _ in wrong], doubtful)
        for name, examined, flaws in [*found, *await asyncio.to_thread(request_flaws, asked)]:
            self._add(name, examined, flaws)

    async def _look_again(
        self, unbalanced: Sequence[Audited], sources: list[int]
    ) -> tuple[list[tuple[Audited, int]], set[int]]:
        """Ask for each account alone, in one state: only what is wrong then, too, is wrong."""
        wrong, doubtful = [], set()
        for account in unbalanced:
            async with snapshot(self._pool) as tx:
                balance, booked = await balances_again(tx, self._cell, account.account_id, sources)
            if balance == booked:
                doubtful.add(account.account_id)
            else:
                wrong.append((account._replace(balance_micros=balance), booked))
        return wrong, doubtful

    def _add(self, name: str, examined: int, violations: Sequence[str]) -> None:
        self._proofs[name].add(examined, violations)
