"""Releasing: parked records are looked at again, every few seconds and when an account is opened."""

import time
from typing import Final

from worker.metrics.parking import RELEASED
from worker.postgres.openings import AccountsMovedError
from worker.postgres.parked import ClosedMeanwhileError
from worker.postgres.tariffs import read_generation
from worker.postgres.transaction import transaction
from worker.transactions.gather import DecksChangedError
from worker.transactions.office import Office
from worker.transactions.release_parked import release_parked

# More than this many rounds at once would keep the loop from its heartbeat.
MOST_ROUNDS: Final = 50


async def release(office: Office, most_rows: int) -> int:
    """Release what can be charged now; return how many rows ended."""
    ended = 0
    for _ in range(MOST_ROUNDS):
        async with transaction(office.pool) as tx:
            generation = await read_generation(tx)
        if generation != office.decks.generation:
            await office.load_decks()
        try:
            counts = await release_parked(office, time.time_ns() // 1000, most_rows)
        except (DecksChangedError, AccountsMovedError, ClosedMeanwhileError):
            continue
        for outcome, count in counts.items():
            if outcome != "kept":
                RELEASED.labels(outcome).inc(count)
                ended += count
        if sum(counts.values()) < most_rows:
            break
    return ended
