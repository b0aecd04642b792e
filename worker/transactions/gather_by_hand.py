"""Gathering what a person has asked for: usage that is older than what is looked at otherwise."""

from collections.abc import Sequence

from worker.domain.facts import Facts
from worker.domain.usage import Usage
from worker.postgres.lots import read_lots
from worker.postgres.transaction import Transaction
from worker.transactions.gather_events import with_lots
from worker.transactions.gather_reversals import add_lots


async def with_old_lots(tx: Transaction, facts: Facts, usages: Sequence[Usage]) -> Facts:
    """Read the lots, too, that have expired since this usage started, however long ago that is."""
    old = [one for one in usages if one.started_s < facts.open_from_s and one.tenant_id in facts.accounts]
    if not old:
        return facts
    account_ids = {facts.accounts[one.tenant_id].account_id for one in old}
    facts = await with_lots(tx, facts, account_ids)
    return add_lots(facts, await read_lots(tx, facts.cell, account_ids, min(one.started_s for one in old)))
