"""Account events: what each does to an account."""

from worker.domain.account import Account, AccountRow
from worker.domain.alerts import set_alerts
from worker.domain.calendar import changed_zone
from worker.domain.draft import Draft, Outcome
from worker.domain.event import (
    AccountChanged,
    AccountOpened,
    AlertsSet,
    AllowanceSet,
    AutoRechargeSet,
    Event,
    PaymentMethodSet,
    StatusSet,
)
from worker.domain.facts import Facts
from worker.domain.forfeit import close_promotions
from worker.domain.lot import NEVER_S
from worker.domain.message import AccountState
from worker.domain.recharge_settings import set_auto_recharge, set_payment_method
from worker.domain.recharge_watch import take_back
from worker.domain.rejection import Reason, Rejection
from worker.domain.set_allowance import set_allowance


def open_account(event: Event, body: AccountOpened, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Open an account; the same content again does nothing, other content is a conflict."""
    tenant_id = event.identity.tenant_id
    known = draft.accounts.get(tenant_id)
    if known is not None:
        if known.row.opened_hash == event.identity.content_hash:
            return Outcome.DUPLICATE
        detail = "the account was opened before with other content: change it by account.changed"
        return Rejection(Reason.CONFLICT, "data", detail)
    row = AccountRow(
        account_id=facts.new_account_ids[tenant_id],
        balance_micros=0,
        debt_micros=0,
        lot_left_micros=0,
        lot_expires_s=NEVER_S,
        lot_number=0,
        sequence=0,
        # A balance of 0 is at or below minus a credit limit of 0: depleted from the opening on.
        depleted=body.credit_limit_micros <= 0,
        more_lots=False,
        lots_made=0,
        open_recharge_id="",
        recharge_cycle=0,
        recharge_block="",
        declines=0,
        stray_settlements=False,
        status="active",
        credit_limit_micros=body.credit_limit_micros,
        recharge_enabled=False,
        trigger_micros=None,
        recharge_amount_micros=None,
        recharge_target_micros=None,
        max_units=1,
        monthly_cap_micros=None,
        daily_count=5,
        cooldown_s=0,
        opened_hash=event.identity.content_hash,
        tenant_id=tenant_id,
        name=body.name,
        currency=body.currency,
        timezone=body.timezone,
        rate_deck=body.rate_deck,
        payment_method=None,
    )
    account = Account(row, (), is_new=True)
    draft.accounts[tenant_id] = account
    draft.touched[tenant_id] = account
    draft.say(account, AccountState(facts.now_s))
    return Outcome.APPLIED


def apply_account_event(event: Event, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Apply an event that changes what an account is, or how it is kept."""
    match event.body:
        case AccountChanged() as body:
            return change(body, account, facts)
        case StatusSet() as body:
            return set_status(body, account, draft, facts)
        case AutoRechargeSet() as body:
            return set_auto_recharge(body, account, facts)
        case PaymentMethodSet() as body:
            return set_payment_method(body, account)
        case AllowanceSet() as body:
            return set_allowance(body, account, facts.now_s)
        case AlertsSet() as body:
            return set_alerts(body, account)
        case _:
            raise AssertionError(f"{type(event.body).__name__} is no account event")


def change(body: AccountChanged, account: Account, facts: Facts) -> Outcome | Rejection:
    """Change the settings that are named; a limit in another currency is refused.

    Another timezone holds from the next month of the old one, also for usage from a little ahead of now.
    """
    if body.credit_limit_micros is not None and body.currency != account.row.currency:
        detail = f"the account is in {account.row.currency}"
        return Rejection(Reason.CURRENCY, "data.currency", detail)
    row, limit, zones = account.row, body.credit_limit_micros, account.row.timezones
    if body.timezone is not None:
        zones = changed_zone(zones, body.timezone, facts.now_s + facts.limits.future_s)
    account.row = row._replace(
        rate_deck=row.rate_deck if body.rate_deck is None else body.rate_deck,
        credit_limit_micros=row.credit_limit_micros if limit is None else limit,
        name=row.name if body.name is None else body.name,
        timezone=zones.current,
        former_timezones=zones.former,
    )
    return Outcome.APPLIED


def set_status(body: StatusSet, account: Account, draft: Draft, facts: Facts) -> Outcome:
    """Suspend, close or reopen; without a platform to pay for, open requests are cancelled."""
    before, account.row = account.row, account.row._replace(status=body.status)
    if before.status != body.status:
        if body.status == "closed":
            close_promotions(account, draft, facts)
        draft.say(account, AccountState(facts.now_s))
    if body.status != "active":
        take_back(account, draft, facts)
    return Outcome.APPLIED
