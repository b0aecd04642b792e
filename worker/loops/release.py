"""Releasing: parked records are looked at again, every few seconds and when an account is opened."""

import time
from typing import Final

import asyncpg

from worker.loops.trouble import is_bad_data, sqlstate
from worker.metrics.parking import RELEASED
from worker.postgres.openings import AccountsMovedError
from worker.postgres.parked import ClosedMeanwhileError
from worker.postgres.tariffs import read_generation
from worker.postgres.transaction import transaction
from worker.transactions.gather import DecksChangedError
from worker.transactions.office import Office
from worker.transactions.release_parked import hold_refused, releasable, release_parked

# More than this many rounds at once would keep the loop from its heartbeat.
MOST_ROUNDS: Final = 50


async def release(office: Office, most_rows: int) -> int:
    """Release what can be charged now; return how many rows ended."""
    ended = 0
    rows = most_rows
    for _ in range(MOST_ROUNDS):
        async with transaction(office.pool) as tx:
            generation = await read_generation(tx)
        if generation != office.decks.generation:
            await office.load_decks()
        now_us = time.time_ns() // 1000
        found = await releasable(office, now_us, rows)
        try:
            counts = await release_parked(office, found, now_us)
        except (DecksChangedError, AccountsMovedError, ClosedMeanwhileError):
            continue
        except asyncpg.PostgresError as error:
            if not is_bad_data(error):
                raise
            if len(found) == 1:
                await hold_refused(office, found[0].park_id, sqlstate(error))
            # One of them is at fault: alone each shows which.
            rows = 1
            continue
        kept = counts.pop("kept", 0)
        for outcome, count in counts.items():
            RELEASED.labels(outcome).inc(count)
        ended += sum(counts.values())
        if not counts and kept < rows:
            break
    return ended
