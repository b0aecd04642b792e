"""Gathering bundles: their terms and use, only of accounts that have some."""

from collections.abc import Sequence
from dataclasses import replace

from worker.domain.calendar import Timezones, month_of
from worker.domain.decide import Decoded
from worker.domain.entry import DAY_S
from worker.domain.event import Event, UsageCorrected, UsageVoided
from worker.domain.facts import Facts
from worker.domain.usage import Usage
from worker.postgres.allowances import read_allowances
from worker.postgres.transaction import Transaction


async def with_allowances(tx: Transaction, facts: Facts, decoded: Sequence[Decoded]) -> Facts:
    """Read the bundles of flagged accounts, and their use in every month that a batch may touch."""
    if not flagged(facts):
        return facts
    return await with_allowances_since(tx, facts, earliest_s(decoded, facts))


async def with_allowances_since(tx: Transaction, facts: Facts, from_s: int) -> Facts:
    """Read the bundles of flagged accounts, and their use in the months from a moment on."""
    # The tenant's month may have begun up to a day after that of UTC.
    since_month = month_of(Timezones("UTC"), from_s - DAY_S) if from_s > DAY_S else 0
    return replace(facts, allowances=await read_allowances(tx, facts.cell, flagged(facts), since_month))


def flagged(facts: Facts) -> list[int]:
    """List the accounts that have bundles."""
    return [row.account_id for row in facts.accounts.values() if row.allowances_made]


def earliest_s(decoded: Sequence[Decoded], facts: Facts) -> int:
    """Give the earliest moment whose month may be used: of the open days, or of older usage in the batch.

    A corrected call may have begun on another day than the one on which it stands.
    """
    moments = [facts.open_from_s]
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
