"""Settings of auto-recharge: taken, refused, or overtaken by a limit that has changed."""

from worker.domain.account import Account
from worker.domain.draft import Draft, Outcome
from worker.domain.event import AutoRechargeSet, PaymentMethodSet
from worker.domain.facts import Facts
from worker.domain.message import Notice
from worker.domain.policy import impossible, overtaken
from worker.domain.recharge_blocks import start_again
from worker.domain.rejection import Reason, Rejection


def set_auto_recharge(body: AutoRechargeSet, account: Account, facts: Facts) -> Outcome | Rejection:
    """Replace all settings of auto-recharge, or refuse those that can never work.

    An open request stands; whatever was declined is forgotten.
    """
    row = account.row
    if body.currency is not None and body.currency != row.currency:
        detail = f"the account is in {row.currency}"
        return Rejection(Reason.CURRENCY, "data.currency", detail)
    refused = impossible(
        body,
        currency=row.currency,
        credit_limit_micros=row.credit_limit_micros,
        limits=facts.limits.recharge,
    )
    if refused is not None:
        return refused
    # What was closed last stays closed then; only how long to wait after it may differ.
    longer_s = body.cooldown_s - row.cooldown_s if row.cooling_until_s else 0
    account.row = start_again(row)._replace(
        recharge_enabled=body.enabled,
        trigger_micros=body.trigger_micros,
        recharge_amount_micros=body.amount_micros,
        recharge_target_micros=body.target_micros,
        max_units=body.max_units,
        monthly_cap_micros=body.monthly_cap_micros,
        daily_count=body.daily_count,
        cooldown_s=body.cooldown_s,
        cooling_until_s=row.cooling_until_s + longer_s,
    )
    return Outcome.APPLIED


def set_payment_method(body: PaymentMethodSet, account: Account) -> Outcome:
    """Keep how recharges are paid from now on; it may work where the former one was declined."""
    account.row = start_again(account.row)._replace(payment_method=body.payment_method)
    return Outcome.APPLIED


def say_invalid(account: Account, draft: Draft, facts: Facts) -> None:
    """Say so when stored settings no longer work; they stay, and go on as well as they can."""
    flaw = overtaken(account.row, facts.limits.recharge)
    if flaw is not None:
        figures = {"value": flaw.value_micros, "nearest": flaw.nearest_micros}
        draft.say(account, Notice("recharge.invalid", flaw.reason, figures, {"field": flaw.field}))
