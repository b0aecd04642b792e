"""Upkeep: days of the ledger come and go, and what was kept long enough is forgotten."""

import logging
import time
from typing import Final

from worker.metrics.auditing import DAYS_AHEAD, DAYS_OVERDUE
from worker.postgres.ledger import days_ahead, make_days
from worker.postgres.transaction import transaction
from worker.settings.business import Limits
from worker.transactions.office import Office
from worker.transactions.retention import (
    Kept,
    close_old_days,
    days_overdue,
    forget_old_texts,
    forward_old_days,
    remove_old_persons,
)

log: Final = logging.getLogger(__name__)


async def keep_days(office: Office, limits: Limits) -> None:
    """Make the ledger's days before they come, and close those whose time is over."""
    async with transaction(office.pool) as tx:
        await make_days(tx, limits.open_days, limits.days_ahead)
        DAYS_AHEAD.set(await days_ahead(tx))
    await close_old_days(office.pool, kept_by(limits), int(time.time()))


async def forget(office: Office, limits: Limits) -> None:
    """Forward, blank and delete what was kept for as long as the settings say; then note users anew."""
    kept, now_s = kept_by(limits), int(time.time())
    office.registry.forget_users()
    DAYS_OVERDUE.set(await days_overdue(office.pool, kept, now_s))
    for day in await remove_old_persons(office.pool, kept, now_s):
        log.info("the entries of %s name no persons any more", day)
    rows = await forget_old_texts(office.pool, office.cell, kept, now_s)
    if rows:
        log.info("%d settled records and unused names were deleted", rows)
    for day in await forward_old_days(office.pool, kept, now_s):
        log.info("the sums of %s have taken its place", day)
    DAYS_OVERDUE.set(await days_overdue(office.pool, kept, now_s))


def kept_by(limits: Limits) -> Kept:
    """Take from the settings how long things are kept."""
    return Kept(limits.open_days, limits.kept_days, limits.persons_days, limits.settled_kept_days)
