"""Sweeping: what is due on accounts is decided and recorded, though no record of theirs has come."""

from dataclasses import replace
from typing import Final, NamedTuple

from worker.domain.draft import Draft
from worker.domain.facts import MICROSECONDS
from worker.postgres.accounts import lock_accounts
from worker.postgres.due import Due, lock_due
from worker.postgres.transaction import transaction
from worker.transactions.charge_batch import decided
from worker.transactions.gather import gather_beside
from worker.transactions.office import Office
from worker.transactions.prepare import Prepared
from worker.transactions.record_decision import record_decision

NO_RECORDS: Final = Prepared((), (), frozenset(), (), 0, 0, {}, {})


class Pass(NamedTuple):
    """How a sweep goes on: after which account, how many at once, and how old unread answers may be."""

    after: Due
    accounts: int
    unread_s: int


async def sweep_due(office: Office, now_us: int, going: Pass) -> tuple[list[Due], Draft | None]:
    """Do what is due on the next accounts; return which they were and what became true.

    Looks at the level, so what one sweep passes over, because a batch held it, the next one finds.
    """
    async with transaction(office.pool) as tx:
        due = await lock_due(tx, office.cell, now_us // MICROSECONDS, going.after, going.accounts)
        if not due:
            return due, None
        # Once more, by number: only under the lock is what stands there the truth.
        rows = await lock_accounts(tx, office.cell, [one.account_id for one in due])
        facts = await gather_beside(tx, rows, NO_RECORDS, office, now_us)
        draft = await decided(tx, (), replace(facts, unread_s=going.unread_s))
        await record_decision(tx, draft, office)
    return due, draft
