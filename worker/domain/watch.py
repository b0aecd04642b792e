"""Watching: what follows from a balance, looked at once an account at the end of a batch."""

from worker.domain.account import Account
from worker.domain.draft import Draft
from worker.domain.facts import Facts
from worker.domain.message import AccountState, Notice, RechargeRequested
from worker.domain.recharge import Recharge, amount_to_ask, recharge_due, recharge_id


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
    if recharge_due(account.after()):
        ask(account, draft, facts)


def ask(account: Account, draft: Draft, facts: Facts) -> None:
    """Open the one automatic request; its id follows from the cycle, never from chance."""
    cycle = account.row.recharge_cycle + 1
    # An answer to a request that is not remembered may have come before, or in this very batch.
    settled = facts.settled_strays | draft.recharges.keys()
    while (name := recharge_id(facts.installation, account.row.tenant_id, cycle)) in settled:
        cycle += 1
    amount, units = amount_to_ask(account.after(), facts.limits.recharge)
    request = Recharge(
        recharge_id=name,
        account_id=account.account_id,
        reason="trigger",
        state="open",
        amount_micros=amount,
        units=units,
        attempt=1,
        requested_s=facts.now_s,
        answer_by_s=facts.now_s + facts.limits.recharge.answer_by_s,
        expires_s=facts.now_s + facts.limits.recharge.expires_s,
        balance_micros=account.balance,
        trigger_micros=account.row.trigger_micros,
    )
    draft.recharges[name] = request
    account.row = account.row._replace(open_recharge_id=name, recharge_cycle=cycle)
    draft.say(account, RechargeRequested(request, facts.now_s))
