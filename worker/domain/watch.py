"""Watching: what follows from a balance, looked at once an account at the end of a batch."""

from worker.domain.account import Account
from worker.domain.alerts import alert
from worker.domain.draft import Draft
from worker.domain.facts import Facts
from worker.domain.message import AccountState, Notice
from worker.domain.recharge_settings import say_invalid
from worker.domain.recharge_watch import watch_recharges


def watch(account: Account, draft: Draft, facts: Facts) -> None:
    """Announce what became of an account and ask for money when it is due.

    Looked at once, after everything in the batch: a dip that ends within a batch asks for nothing.
    """
    depleted = account.balance <= -account.row.credit_limit_micros
    if depleted != account.row.depleted:
        account.row = account.row._replace(depleted=depleted)
        limit = {"credit_limit": account.row.credit_limit_micros}
        if depleted:
            draft.say(account, Notice("balance.depleted", "limit_reached", limit))
        else:
            draft.say(account, Notice("balance.restored", "above_limit", limit))
        draft.say(account, AccountState(facts.now_s))
    alert(account, draft)
    if account.row.credit_limit_micros != account.stored.credit_limit_micros:
        say_invalid(account, draft, facts)
    watch_recharges(account, draft, facts)
