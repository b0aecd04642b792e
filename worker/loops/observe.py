"""Observing: what waits, as metrics, every few seconds."""

import time
from typing import Final

from worker.metrics.parking import DEAD_LETTERS_NOW, PARKED_NOW, PARKED_OLDEST_SECONDS
from worker.metrics.publishing import OUTBOX_MESSAGES, OUTBOX_OLDEST_SECONDS, OUTBOX_SET_ASIDE
from worker.metrics.recharging import (
    ACCOUNTS_BELOW_TRIGGER,
    ACCOUNTS_DEPLETED,
    ACCOUNTS_STOPPED,
    ACCOUNTS_SUPPRESSED,
    RECHARGE_OLDEST_SECONDS,
    RECHARGES_OPEN,
    RECHARGES_PENDING,
)
from worker.metrics.sweeping import ACCOUNTS_DUE, DUE_OLDEST_SECONDS
from worker.postgres.due import overdue_accounts
from worker.postgres.outbox import backlog
from worker.postgres.transaction import transaction
from worker.postgres.waiting import open_recharges, troubled_accounts, waiting_letters, waiting_parked
from worker.transactions.office import Office

OBSERVE_EVERY_S: Final = 5.0
COUNT_EVERY_S: Final = 60.0


async def observe(office: Office) -> None:
    """Measure the outbox, parked records, dead letters, open requests and what is due."""
    async with transaction(office.pool) as tx:
        promises = await backlog(tx, office.cell)
        parked = await waiting_parked(tx, office.cell)
        letters = await waiting_letters(tx, office.cell)
        requests = await open_recharges(tx, office.cell)
        due = await overdue_accounts(tx, office.cell, int(time.time()))
    ACCOUNTS_DUE.set(due.accounts)
    DUE_OLDEST_SECONDS.set(due.oldest_s)
    OUTBOX_MESSAGES.set(promises.messages)
    OUTBOX_OLDEST_SECONDS.set(promises.oldest_s)
    OUTBOX_SET_ASIDE.set(promises.set_aside)
    # What is parked no more must not keep its last value.
    PARKED_NOW.clear()
    for reason, count in parked.by_reason.items():
        PARKED_NOW.labels(reason).set(count)
    PARKED_OLDEST_SECONDS.set(parked.oldest_s)
    DEAD_LETTERS_NOW.set(letters)
    RECHARGES_OPEN.set(requests.unanswered)
    RECHARGES_PENDING.set(requests.pending)
    RECHARGE_OLDEST_SECONDS.set(requests.oldest_s)


async def count_accounts(office: Office) -> None:
    """Count the accounts that are in trouble."""
    async with transaction(office.pool) as tx:
        troubled = await troubled_accounts(tx, office.cell)
    ACCOUNTS_DEPLETED.set(troubled.depleted)
    ACCOUNTS_BELOW_TRIGGER.set(troubled.below_trigger)
    ACCOUNTS_STOPPED.set(troubled.stopped)
    # Who is held back no more must not keep the last value.
    ACCOUNTS_SUPPRESSED.clear()
    for reason, count in troubled.held_back.items():
        ACCOUNTS_SUPPRESSED.labels(reason).set(count)
