"""Auditing: the proofs go round and round, a slice at a time, one worker a cell."""

import asyncio
from collections.abc import Callable
from typing import Final

from worker.loops.pace import every
from worker.metrics.auditing import AUDIT_AGE_SECONDS, AUDIT_VIOLATIONS
from worker.postgres.audit_results import keep_results, last_results
from worker.postgres.transaction import Database, transaction
from worker.transactions.audit import Audit

# A pass that is complete rests for this many slices' time before the next one begins.
REST_SLICES: Final = 2


class Auditor:
    """Audits one cell without end; several workers share the work by looking at the age of the last pass."""

    def __init__(self, pool: Database, cell: int, every_s: float) -> None:
        self._pool = pool
        self._cell = cell
        self._rest_s = every_s * REST_SLICES
        self._pass: Audit | None = None

    async def step(self) -> None:
        """Examine one slice, or keep what a complete pass has found; tell the metrics what holds now."""
        async with transaction(self._pool) as tx:
            results = await last_results(tx, self._cell)
        for result in results:
            AUDIT_VIOLATIONS.labels(result.name).set(result.violations)
            AUDIT_AGE_SECONDS.set(result.age_s)
        if self._pass is None:
            if results and min(result.age_s for result in results) < self._rest_s:
                return
            self._pass = Audit(self._pool, self._cell)
        # Forgotten when a statement fails: a pass that lost a slice would prove nothing.
        current, self._pass = self._pass, None
        if await current.advance():
            self._pass = current
            return
        async with transaction(self._pool) as tx:
            await keep_results(tx, self._cell, current.proofs)
        for proof in current.proofs:
            AUDIT_VIOLATIONS.labels(proof.name).set(proof.violations)
        AUDIT_AGE_SECONDS.set(0)


async def audit(
    pool: Database, cell: int, every_s: float, beat: Callable[[], None], stop: asyncio.Event
) -> None:
    """Audit a cell until told to stop, a slice every so many seconds."""
    await every(every_s, Auditor(pool, cell, every_s).step, beat, stop)
