"""The memory of plans: which bundles an account has is read again only when that was changed."""

from collections.abc import Iterable, Mapping
from typing import Final

from worker.domain.account import AccountRow
from worker.domain.allowance_plan import Plan
from worker.postgres.allowances import read_plans
from worker.postgres.transaction import Transaction

# Full, it starts again: a plan is about a kilobyte.
MOST_REMEMBERED: Final = 20_000


class PlanMemory:
    """Remembers the plans of accounts, each with how often it had been changed when it was read.

    The account's row counts the changes, and is locked: while the count is the same, so is the plan.
    """

    def __init__(self) -> None:
        self._plans: dict[int, tuple[int, Plan]] = {}

    async def plans_of(
        self, tx: Transaction, cell: int, rows: Iterable[AccountRow], since_month: int
    ) -> Mapping[int, Plan]:
        """Give the plans of locked accounts, reading those that are not known to hold."""
        plans, missing = {}, {}
        for row in rows:
            changes, plan = self._plans.get(row.account_id, _UNKNOWN)
            if changes == row.allowance_changes and plan.since_month <= since_month:
                plans[row.account_id] = plan
            else:
                missing[row.account_id] = row.allowance_changes
        if missing:
            if len(self._plans) + len(missing) > MOST_REMEMBERED:
                self._plans.clear()
            read = await read_plans(tx, cell, missing, since_month)
            self._plans.update({one: (missing[one], plan) for one, plan in read.items()})
            plans |= read
        return plans


_UNKNOWN: Final = (-1, Plan(0, ()))
