"""Gathering bundles: what accounts have and have used of them, only of those that have some."""

from collections.abc import Sequence
from dataclasses import replace

from worker.domain.allowance import StoredAllowances
from worker.domain.calendar import Timezones, month_of
from worker.domain.decide import Decoded
from worker.domain.entry import DAY_S
from worker.domain.event import Event, UsageCorrected, UsageVoided
from worker.domain.facts import Facts
from worker.domain.usage import Usage
from worker.postgres.allowances import read_uses
from worker.postgres.transaction import Transaction
from worker.transactions.plan_memory import PlanMemory


async def with_allowances(
    tx: Transaction, facts: Facts, decoded: Sequence[Decoded], memory: PlanMemory
) -> Facts:
    """Read the bundles of flagged accounts, and their use in every month that a batch may touch."""
    flagged = [row for row in facts.accounts.values() if row.allowances_made]
    if not flagged:
        return facts
    # The tenant's month may have begun up to a day after that of UTC.
    from_s = earliest_s(decoded, facts) - DAY_S
    since_month = month_of(Timezones("UTC"), from_s) if from_s > 0 else 0
    plans = await memory.plans_of(tx, facts.cell, flagged, since_month)
    uses = await read_uses(tx, facts.cell, plans, since_month)
    stored = {one: StoredAllowances(since_month, plan, uses[one]) for one, plan in plans.items()}
    return replace(facts, allowances=stored)


def earliest_s(decoded: Sequence[Decoded], facts: Facts) -> int:
    """Give the earliest moment whose month may be used: now, or that of older usage in the batch.

    A corrected call may have begun on another day than the one on which it stands.
    """
    moments = [facts.now_s]
    moments += [booked.entry.started_s for chain in facts.chains.values() for booked in chain]
    kept = [one.event for pending in facts.pending.values() for one in pending]
    for one in (*decoded, *kept):
        if isinstance(one, Usage):
            moments.append(one.started_s)
        elif isinstance(one, Event) and isinstance(one.body, UsageVoided | UsageCorrected):
            moments.append(one.body.usage.started_s)
            if isinstance(one.body, UsageCorrected):
                moments.append(one.body.corrected.started_s)
    return min(moments)
