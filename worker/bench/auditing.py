"""Auditing: how long the audit of a large ledger takes beside a worker, and what it does to the worker."""

import asyncio
from typing import Final, NamedTuple

from worker.bench.latency import measure_latency
from worker.bench.place import Place

# Requests for money go on as always.
CROSSINGS: Final = 100


class Audited(NamedTuple):
    """How long one pass took, and how long an event took from produce to commit meanwhile."""

    pass_s: float
    p99_s: float


async def measure_audit(place: Place, *, entries: int, duration_s: float) -> Audited:
    """Charge at a steady pace while `talktime audit` proves the ledger again and again."""
    passes: list[float] = []

    async def audits(over: asyncio.Event) -> None:
        while not over.is_set():
            passes.append(await place.audit())

    latency = await measure_latency(
        place, duration_s=duration_s, crossings=CROSSINGS, seed=0, rows=entries, beside=audits
    )
    return Audited(passes[0], latency.p99_s)
