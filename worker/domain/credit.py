"""Credit: money that arrived becomes an entry and a lot, once."""

from worker.domain.account import LARGEST_MICROS, Account
from worker.domain.booking import book, describe
from worker.domain.draft import Draft
from worker.domain.entry import CREDIT_KINDS
from worker.domain.expiry import purchase_expires_s
from worker.domain.facts import Facts
from worker.domain.forfeit import begin_lots, expiry_of
from worker.domain.identity import Identity
from worker.domain.lot import NEVER_S, Lot, warnings_past
from worker.domain.message import Notice
from worker.domain.payment_body import NO_RECEIPT, Receipt
from worker.domain.recharge_blocks import start_again
from worker.domain.rejection import Reason, Rejection


def refused_credit(account: Account, currency: str, amount_micros: int) -> Rejection | None:
    """Refuse money in another currency, or more of it than an account can hold."""
    if currency != account.row.currency:
        detail = f"{currency} cannot be booked on an account in {account.row.currency}"
        return Rejection(Reason.CURRENCY, "data.currency", detail)
    if account.balance + amount_micros > LARGEST_MICROS:
        return Rejection(Reason.OUT_OF_RANGE, "data.amount", "the balance would pass 4 * 10^18 micros")
    return None


def known_payment(
    payment_id: str, amount_micros: int, account: Account, draft: Draft, facts: Facts
) -> bool | Rejection:
    """Say whether a payment is credited already; the same id with another amount is a conflict."""
    key = (account.account_id, payment_id)
    credited = draft.payments.get(key, facts.known_payments.get(key))
    if credited is None:
        return False
    if credited != amount_micros:
        detail = "this payment_id was credited before with another amount"
        return Rejection(Reason.CONFLICT, "data.payment_id", detail)
    return True


def add_credit(
    identity: Identity,
    account: Account,
    draft: Draft,
    facts: Facts,
    *,
    kind: str,
    amount_micros: int,
    payment_id: str,
    paid_s: int,
    expires_s: int | None = None,
    recharge_id: str = "",
    receipt: Receipt = NO_RECEIPT,
) -> None:
    """Book a payment or promotion as an entry and a new lot; debt is paid from it first."""
    if expires_s is None:
        expires_s = purchase_expires_s(paid_s, account.row.timezones) if kind == "purchase" else NEVER_S
    lot = Lot(
        number=account.row.lots_made + 1,
        kind=kind,
        amount_micros=amount_micros,
        left_micros=amount_micros,
        paid_s=paid_s,
        expires_s=expires_s,
        payment_id=payment_id,
        recharge_id=recharge_id,
        told=warnings_past(expires_s, facts.now_s),
    )
    shares = account.credit(lot)
    if kind == "purchase":
        # New money starts a declined or stopped auto-recharge again.
        account.row = start_again(account.row)
    draft.payments[account.account_id, payment_id] = amount_micros
    entry = book(
        account,
        draft,
        facts,
        kind=CREDIT_KINDS[kind],
        amount_micros=amount_micros,
        key=identity.key,
        happened_s=paid_s,
        shares=shares,
        content_hash=identity.content_hash,
    )
    describe(draft, entry, own_id=recharge_id, payment_id=payment_id)
    facts_told: dict[str, str | int] = {"payment_id": payment_id}
    if recharge_id:
        facts_told["recharge_id"] = recharge_id
    amounts = {"amount": amount_micros}
    draft.say(account, Notice("credit.added", kind, amounts, facts_told, expiry_of(lot), receipt))
    if expires_s <= facts.now_s:
        # Too late already: what paid no debt is lost at once, but for late usage.
        begin_lots(account, draft, facts)
