"""Account events: what each does to an account."""

from worker.domain.account import Account, AccountRow
from worker.domain.credit import add_credit, known_payment, refused_credit
from worker.domain.draft import Draft, Outcome
from worker.domain.event import (
    AccountChanged,
    AccountOpened,
    AutoRechargeSet,
    CreditAdded,
    CreditRequested,
    Event,
    PaymentMethodSet,
    StatusSet,
)
from worker.domain.facts import Facts
from worker.domain.forfeit import close_promotions
from worker.domain.lot import NEVER_S
from worker.domain.message import AccountState
from worker.domain.recharge_opening import ask_by_hand
from worker.domain.recharge_settings import set_auto_recharge, set_payment_method
from worker.domain.recharge_watch import take_back
from worker.domain.rejection import Reason, Rejection


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
    """Apply an event to an open account."""
    match event.body:
        case AccountChanged() as body:
            return change(body, account)
        case StatusSet() as body:
            return set_status(body, account, draft, facts)
        case AutoRechargeSet() as body:
            return set_auto_recharge(body, account, facts)
        case PaymentMethodSet() as body:
            return set_payment_method(body, account)
        case CreditRequested() as body:
            return ask_by_hand(body, account, draft, facts)
        case CreditAdded() as body:
            return credit_added(event, body, account, draft, facts)
        case _:
            raise AssertionError(f"{type(event.body).__name__} is no account event")


def change(body: AccountChanged, account: Account) -> Outcome | Rejection:
    """Change the settings that are named; a limit in another currency is refused."""
    if body.credit_limit_micros is not None and body.currency != account.row.currency:
        detail = f"the account is in {account.row.currency}"
        return Rejection(Reason.CURRENCY, "data.currency", detail)
    row, limit = account.row, body.credit_limit_micros
    account.row = row._replace(
        rate_deck=row.rate_deck if body.rate_deck is None else body.rate_deck,
        credit_limit_micros=row.credit_limit_micros if limit is None else limit,
        name=row.name if body.name is None else body.name,
        timezone=row.timezone if body.timezone is None else body.timezone,
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


def credit_added(
    event: Event, body: CreditAdded, account: Account, draft: Draft, facts: Facts
) -> Outcome | Rejection:
    """Book money that came another way, once by its payment id."""
    known = known_payment(body.payment_id, body.amount_micros, account, draft, facts)
    if isinstance(known, Rejection):
        return known
    if known:
        return Outcome.DUPLICATE
    refused = refused_credit(account, body.currency, body.amount_micros)
    if refused is not None:
        return refused
    add_credit(
        event.identity,
        account,
        draft,
        facts,
        kind=body.kind,
        amount_micros=body.amount_micros,
        payment_id=body.payment_id,
        paid_s=body.paid_s,
        expires_s=body.expires_s,
    )
    return Outcome.APPLIED
