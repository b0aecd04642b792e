"""Opening recharge requests: by itself below the trigger, and by hand; or saying why there is none."""

from worker.domain.account import Account
from worker.domain.draft import Draft, Outcome
from worker.domain.event import CreditRequested
from worker.domain.facts import Facts
from worker.domain.message import Notice
from worker.domain.micros import format_micros
from worker.domain.recharge import (
    AUTOMATIC,
    BY_HAND,
    UNKNOWN,
    Recharge,
    RechargeLimits,
    by_hand_id,
    ceil_div,
    recharge_id,
)
from worker.domain.recharge_amount import Ask, Hold, amount_to_ask, what_to_ask
from worker.domain.recharge_counts import counted_micros
from worker.domain.recharge_machine import Happens, Stage
from worker.domain.recharge_steps import Turn, take_step
from worker.domain.rejection import Reason, Rejection


def ask(account: Account, draft: Draft, facts: Facts) -> int | None:
    """Open the one automatic request; held back, say so once and return when the window opens."""
    wanted = what_to_ask(account.after(), facts.limits.recharge, facts.now_s)
    if isinstance(wanted, Hold):
        suppress(wanted, account, draft, facts)
        return wanted.opens_s
    cycle = account.row.recharge_cycle + 1
    # An answer to a request that is not remembered may have come before, or in this very batch.
    settled = facts.settled_strays | draft.recharges.keys()
    while (name := recharge_id(facts.installation, account.row.tenant_id, cycle)) in settled:
        cycle += 1
    account.row = account.row._replace(open_recharge_id=name, recharge_cycle=cycle, suppressed="")
    request = request_for(wanted, name, AUTOMATIC, account, facts)
    take_step(Happens.BELOW_TRIGGER, request, Turn(account, draft, facts), Stage.NONE)
    return None


def suppress(hold: Hold, account: Account, draft: Draft, facts: Facts) -> None:
    """Say why nothing is asked for, once until the reason changes or it asks again."""
    row = account.row
    if row.suppressed == hold.reason:
        return
    account.row = row._replace(suppressed=hold.reason)
    assert row.trigger_micros is not None
    amounts = {"trigger": row.trigger_micros}
    uncapped = amount_to_ask(account.after(), facts.limits.recharge)
    if uncapped is not None:
        amounts["amount"] = uncapped.amount_micros
    if row.monthly_cap_micros is not None:
        amounts["monthly_cap"] = row.monthly_cap_micros
        amounts["counted"] = counted_micros(row, facts.now_s)
    told = Notice("recharge.suppressed", hold.reason, amounts, times={"reopens_at": hold.opens_s})
    draft.say(account, told)


def ask_by_hand(body: CreditRequested, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Open a request by hand beside whatever is open; each request id counts once, for ever."""
    row = account.row
    if body.currency != row.currency:
        return Rejection(Reason.CURRENCY, "data.currency", f"the account is in {row.currency}")
    name = by_hand_id(facts.installation, row.tenant_id, body.request_id)
    known = draft.recharges.get(name, facts.recharges.get(name))
    if known is not None:
        return repeated(body, known)
    limits = facts.limits.recharge
    refused = refused_amount(body.amount_micros, row.currency, limits)
    if refused is not None:
        return refused
    if row.open_by_hand >= limits.by_hand_open:
        amounts, names = {"amount": body.amount_micros}, {"request_id": body.request_id}
        draft.say(account, Notice("recharge.suppressed", "too_many_by_hand", amounts, {**names}))
        return Outcome.APPLIED
    account.row = row._replace(open_by_hand=row.open_by_hand + 1)
    request = request_for(Ask(body.amount_micros, 1), name, BY_HAND, account, facts)
    request = request._replace(
        trigger_micros=None, request_id=body.request_id, requested_by=body.requested_by
    )
    take_step(Happens.BY_HAND, request, Turn(account, draft, facts), Stage.NONE)
    return Outcome.APPLIED


def refused_amount(amount_micros: int, currency: str, limits: RechargeLimits) -> Rejection | None:
    """Refuse what the payment service would not take, and name the nearest that it does."""
    step, smallest = limits.step_micros(currency), limits.smallest_micros(currency)
    largest = limits.maximum_micros // step * step
    nearest = min(max(ceil_div(amount_micros, step) * step, smallest), largest)
    if nearest == amount_micros:
        return None
    low, high, each, works = map(format_micros, (smallest, largest, step, nearest))
    detail = f"amount must be {low} to {high} in steps of {each}; the nearest that works is {works}"
    return Rejection(Reason.POLICY_IMPOSSIBLE, "data.amount", detail)


def repeated(body: CreditRequested, known: Recharge) -> Outcome | Rejection:
    """Take a request id that came before; one that was answered before it was remembered is done, too."""
    same = known.amount_micros == body.amount_micros and known.requested_by == body.requested_by
    if same or known.reason == UNKNOWN:
        return Outcome.DUPLICATE
    detail = "this request_id was used before with other content: choose another"
    return Rejection(Reason.CONFLICT, "data.request_id", detail)


def request_for(wanted: Ask, name: str, reason: str, account: Account, facts: Facts) -> Recharge:
    """Describe a request as it is opened."""
    return Recharge(
        recharge_id=name,
        account_id=account.account_id,
        reason=reason,
        state="open",
        amount_micros=wanted.amount_micros,
        units=wanted.units,
        attempt=1,
        requested_s=facts.now_s,
        answer_by_s=facts.now_s,
        expires_s=facts.now_s + facts.limits.recharge.expires_s,
        balance_micros=account.balance,
        trigger_micros=account.row.trigger_micros,
    )
