"""Watching recharges: what time has done to an account's requests, and whether one is due now."""

from collections.abc import Iterator
from typing import Final

from worker.domain.account import Account
from worker.domain.draft import Draft
from worker.domain.facts import Facts
from worker.domain.lot import NEVER_S
from worker.domain.recharge import Recharge, recharge_due
from worker.domain.recharge_blocks import DECLINED, waited_out
from worker.domain.recharge_clocks import clock_of, overdue
from worker.domain.recharge_machine import Happens
from worker.domain.recharge_opening import ask
from worker.domain.recharge_steps import Turn, take_step

# What ought to end, but may have been answered unread, is looked at again so soon.
LOOK_AGAIN_S: Final = 60


def watch_recharges(account: Account, draft: Draft, facts: Facts) -> None:
    """Do what is due on an account's requests, ask for money when it is due, and note when to look again.

    Answers of the same batch have been taken before: time decides only where nobody spoke.
    """
    row = account.row
    if row.recharge_due_s == NEVER_S and not (
        row.open_recharge_id or row.open_by_hand or row.recharge_block or recharge_due(row, account.balance)
    ):
        return  # As nearly every account, nearly always.
    # Those that were read: all of them when something is due, or when an answer has come.
    for request in open_requests(account, draft, facts):
        run_clocks(request, account, draft, facts)
    account.row = waited_out(account.row, facts.now_s)
    due = recharge_due(account.row, account.balance)
    opens_s = ask(account, draft, facts) if due else None
    due_s = next_due_s(account, draft, facts, opens_s)
    if due_s != account.row.recharge_due_s:
        account.row = account.row._replace(recharge_due_s=due_s)


def run_clocks(request: Recharge, account: Account, draft: Draft, facts: Facts) -> None:
    """Take every step of a request that time has brought."""
    limits, turn = facts.limits.recharge, Turn(account, draft, facts)
    while what := overdue(request, limits, facts.now_s, facts.unread_s):
        request = take_step(what, request, turn)


def take_back(account: Account, draft: Draft, facts: Facts) -> None:
    """Cancel every open request of an account that is suspended or closed."""
    for request in open_requests(account, draft, facts):
        take_step(Happens.TAKEN_BACK, request, Turn(account, draft, facts))


def open_requests(account: Account, draft: Draft, facts: Facts) -> list[Recharge]:
    """List the open requests of an account that were read or opened, as this batch has left them."""
    if not (account.row.open_recharge_id or account.row.open_by_hand):
        return []
    return sorted(_open(account, draft, facts), key=lambda request: request.recharge_id)


def _open(account: Account, draft: Draft, facts: Facts) -> Iterator[Recharge]:
    for name in draft.requests_of(account.account_id):
        request = draft.recharges.get(name) or facts.recharges[name]
        if request.is_open:
            yield request


def next_due_s(account: Account, draft: Draft, facts: Facts, opens_s: int | None) -> int:
    """Give the earliest clock of an account: of its requests, its wait after a decline, its window."""
    row, clocks = account.row, [NEVER_S if opens_s is None else opens_s]
    if row.recharge_block == DECLINED:
        clocks.append(row.blocked_until_s)
    waiting = open_requests(account, draft, facts)
    clocks += [clock_of(request, facts.limits.recharge) for request in waiting]
    if len(waiting) < bool(row.open_recharge_id) + row.open_by_hand:
        # Some were not read, because nothing was due on them: what is stored counts them.
        clocks.append(row.recharge_due_s)
    earliest_s = min(clocks)
    return earliest_s if earliest_s > facts.now_s else facts.now_s + LOOK_AGAIN_S
