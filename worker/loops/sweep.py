"""Sweeping: every few seconds, every account on which something is due, until none is left."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

import asyncpg

from worker.kafka.consumer import Consumer
from worker.loops.effects import count_draft
from worker.loops.pace import every
from worker.loops.trouble import is_bad_data, sqlstate
from worker.metrics.sweeping import ACCOUNTS_SWEPT, SWEEP_REFUSED
from worker.postgres.due import FIRST, lock_due
from worker.postgres.transaction import transaction
from worker.settings.pace import Sweep
from worker.transactions.gather import DecksChangedError
from worker.transactions.office import Office
from worker.transactions.recheck_settings import recheck_settings
from worker.transactions.sweep_due import Pass, sweep_due

log: Final = logging.getLogger(__name__)

# A group whose last member was killed deals its partitions after the session's end.
TAKES_OVER_S: Final = 120


async def keep_sweeping(
    office: Office,
    consumer: Consumer,
    settings: Sweep,
    promised: asyncio.Event,
    beat: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Sweep at the given pace; whoever publishes is woken when something was promised.

    Not before partitions are taken over, or that takes too long: what waits unread may answer what is due.
    """
    since = time.monotonic()
    rechecked = False

    async def sweep_now() -> None:
        nonlocal rechecked
        settled = consumer.assigned and not consumer.newly_assigned()
        if not settled and time.monotonic() - since < TAKES_OVER_S:
            return
        # Once: beside a worker of other settings both would begin again and again.
        said = 0 if rechecked else await recheck(office, settings.accounts, beat, stop)
        rechecked = True
        said += await sweep(office, settings.accounts, consumer.lag.unread_s(), beat, stop)
        if said:
            promised.set()

    await every(settings.every_s, sweep_now, beat, stop)


async def sweep(
    office: Office, most: int, unread_s: int, beat: Callable[[], None], stop: asyncio.Event
) -> int:
    """Go once through everything that is due; return how many messages were promised.

    An account that is still due afterwards is not looked at twice, so nothing can keep the sweep turning.
    """
    going = Pass(FIRST, most, unread_s)
    promised = 0
    while not stop.is_set():
        beat()
        try:
            due, draft = await sweep_due(office, time.time_ns() // 1000, going)
        except DecksChangedError:
            await office.load_decks()
            continue
        except asyncpg.PostgresError as error:
            if not is_bad_data(error):
                raise
            going = await after_trouble(office, going, sqlstate(error))
            continue
        if draft is None:
            break
        count_draft(draft)
        ACCOUNTS_SWEPT.inc(len(due))
        promised += len(draft.messages)
        going = Pass(due[-1], most, unread_s)
    return promised


async def recheck(office: Office, most: int, beat: Callable[[], None], stop: asyncio.Event) -> int:
    """Hold stored settings against limits that have changed; return how many messages were promised."""
    promised = 0
    while not stop.is_set():
        beat()
        try:
            draft = await recheck_settings(office, time.time_ns() // 1000, most)
        except DecksChangedError:
            await office.load_decks()
            continue
        if draft is None:
            break
        promised += len(draft.messages)
    return promised


async def after_trouble(office: Office, going: Pass, state: str) -> Pass:
    """Go on after Postgres refused what was due: account by account, and past the one that is at fault."""
    if going.accounts > 1:
        return going._replace(accounts=1)
    async with transaction(office.pool) as tx:
        refused = await lock_due(tx, office.cell, time.time_ns() // 1_000_000_000, going.after, 1)
    if not refused:
        return going
    SWEEP_REFUSED.inc()
    log.error("what is due on account %d is refused: SQLSTATE %s", refused[0].account_id, state)
    return going._replace(after=refused[0])
