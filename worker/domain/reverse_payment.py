"""Reversing payments: money that went back is debited in full, and comes back once when a dispute is won."""

from worker.domain.account import LARGEST_MICROS, Account
from worker.domain.booking import book, describe
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import REINSTATED, REVERSED
from worker.domain.event import Event, EventBody, PaymentReinstated, PaymentReversed
from worker.domain.facts import Facts
from worker.domain.forfeit import begin_lots
from worker.domain.give_back import return_money
from worker.domain.lot import DEBT, Lot, Share
from worker.domain.message import Notice
from worker.domain.micros import format_micros
from worker.domain.recharge_blocks import stop_asking
from worker.domain.rejection import Reason, Rejection
from worker.domain.reversal import Reversal


def reverse(
    event: Event, body: PaymentReversed, account: Account, draft: Draft, facts: Facts
) -> Outcome | Rejection:
    """Debit what went back, once by reversal id; a payment that is not known yet is waited for."""
    key = (account.account_id, body.reversal_id)
    known = draft.reversals.get(key, facts.reversals.get(key))
    if known is not None:
        if known.content_hash == event.identity.content_hash:
            return Outcome.DUPLICATE
        return Rejection(
            Reason.CONFLICT, "data.reversal_id", "this reversal_id came before with other content"
        )
    paid = next((lot for lot in account.current_lots() if lot.payment_id == body.payment_id), None)
    if paid is None:
        detail = "no such payment was credited: debited by itself when it is"
        return Rejection(Reason.UNKNOWN_PAYMENT, "data.payment_id", detail)
    refused = refused_reversal(body, paid, account, draft, facts)
    if refused is not None:
        return refused
    shares = take_back(paid, body.amount_micros, account)
    draft.reversals[key] = Reversal(
        account_id=account.account_id,
        reversal_id=body.reversal_id,
        payment_id=body.payment_id,
        content_hash=event.identity.content_hash,
        kind=body.kind,
        amount_micros=body.amount_micros,
        lot_numbers=tuple(share.lot_number for share in shares),
        lot_amounts=tuple(share.amount_micros for share in shares),
    )
    entry = book(
        account,
        draft,
        facts,
        kind=REVERSED,
        amount_micros=-body.amount_micros,
        key=event.identity.key,
        happened_s=event.occurred_s,
        shares=shares,
        content_hash=event.identity.content_hash,
    )
    describe(draft, entry, own_id=body.reversal_id, payment_id=body.payment_id)
    names: dict[str, str | int] = {"payment_id": body.payment_id, "reversal_id": body.reversal_id}
    draft.say(account, Notice("credit.reversed", body.kind, {"amount": body.amount_micros}, names))
    trigger = account.row.trigger_micros
    if body.kind == "dispute" or (trigger is not None and account.balance < trigger):
        stop_asking(account, draft, body.kind, {"reversal_id": body.reversal_id})
    return Outcome.APPLIED


def awaited(body: EventBody) -> str:
    """Name the payment or the reversal that an event waits for while it is not known; '' for other events."""
    if isinstance(body, PaymentReversed):
        return body.payment_id
    return body.reversal_id if isinstance(body, PaymentReinstated) else ""


def refused_reversal(
    body: PaymentReversed, paid: Lot, account: Account, draft: Draft, facts: Facts
) -> Rejection | None:
    """Say what a person has to look at before any money goes back."""
    if body.currency != account.row.currency:
        return Rejection(Reason.CURRENCY, "data.currency", f"the account is in {account.row.currency}")
    if paid.kind != "purchase":
        detail = "this payment_id is a promotion's: it was given, so nothing of it goes back"
        return Rejection(Reason.CONFLICT, "data.payment_id", detail)
    reversals = {**facts.reversals, **draft.reversals}.values()
    gone = sum(
        one.amount_micros
        for one in reversals
        if (one.account_id, one.payment_id) == (account.account_id, body.payment_id) and not one.reinstated
    )
    if gone + body.amount_micros > paid.amount_micros:
        rest = format_micros(paid.amount_micros - gone)
        detail = f"only {rest} of this payment has not gone back: a person decides"
        return Rejection(Reason.CONFLICT, "data.amount", detail)
    if account.balance - body.amount_micros < -LARGEST_MICROS:
        return Rejection(Reason.OUT_OF_RANGE, "data.amount", "the balance would pass 4 * 10^18 micros")
    return None


def take_back(paid: Lot, amount_micros: int, account: Account) -> list[Share]:
    """Take from the payment's own lot, then from other purchases as they would be spent; the rest is debt.

    Promotions, goodwill and refunds stay.
    """
    lots = account.current_lots()
    others = [lot for lot in lots if lot.kind == "purchase" and lot.number != paid.number]
    taken: dict[int, int] = {}
    rest = amount_micros
    for lot in (paid, *others):
        share = min(rest, lot.left_micros)
        if share:
            taken[lot.number] = share
            rest -= share
    account.balance -= amount_micros
    account.debt += rest
    account.hold(lot._replace(left_micros=lot.left_micros - taken.get(lot.number, 0)) for lot in lots)
    shares = [Share(*one) for one in taken.items()]
    return [*shares, Share(DEBT, rest)] if rest else shares


def reinstate(
    event: Event, body: PaymentReinstated, account: Account, draft: Draft, facts: Facts
) -> Outcome | Rejection:
    """Give back what a reversal took, once; auto-recharge stays stopped."""
    key = (account.account_id, body.reversal_id)
    known = draft.reversals.get(key, facts.reversals.get(key))
    if known is None:
        detail = "no such reversal was debited: given back by itself when it is"
        return Rejection(Reason.UNKNOWN_PAYMENT, "data.reversal_id", detail)
    if known.reinstated:
        return Outcome.DUPLICATE
    amount = known.amount_micros
    if account.balance + amount > LARGEST_MICROS:
        return Rejection(Reason.OUT_OF_RANGE, "data", "the balance would pass 4 * 10^18 micros")
    draft.reversals[key] = known._replace(reinstated=True)
    took = map(Share, known.lot_numbers, known.lot_amounts)
    entry = book(
        account,
        draft,
        facts,
        kind=REINSTATED,
        amount_micros=amount,
        key=event.identity.key,
        happened_s=event.occurred_s,
        shares=return_money(took, account, facts),
        content_hash=event.identity.content_hash,
    )
    describe(draft, entry, own_id=body.reversal_id, payment_id=known.payment_id)
    names: dict[str, str | int] = {"payment_id": known.payment_id, "reversal_id": body.reversal_id}
    draft.say(account, Notice("credit.added", "reinstated", {"amount": amount}, names))
    if account.row.lots_due_s <= facts.now_s:
        # What went back to a lot that has expired is lost at once.
        begin_lots(account, draft, facts)
    return Outcome.APPLIED
