"""Credit events: money that came another way, is asked for by hand, goes back, or is moved by a person."""

from worker.domain.account import Account
from worker.domain.adjustment import adjust
from worker.domain.credit import add_credit, known_payment, refused_credit
from worker.domain.draft import Draft, Outcome
from worker.domain.event import (
    Adjusted,
    CreditAdded,
    CreditRequested,
    Event,
    PaymentReinstated,
    PaymentReversed,
)
from worker.domain.facts import Facts
from worker.domain.recharge_opening import ask_by_hand
from worker.domain.rejection import Rejection
from worker.domain.reverse_payment import reinstate, reverse


def apply_credit_event(event: Event, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Apply an event that moves credit, or asks for some."""
    match event.body:
        case CreditAdded() as body:
            return credit_added(event, body, account, draft, facts)
        case CreditRequested() as body:
            return ask_by_hand(body, account, draft, facts)
        case Adjusted() as body:
            return adjust(event, body, account, draft, facts)
        case PaymentReversed() as body:
            return reverse(event, body, account, draft, facts)
        case PaymentReinstated() as body:
            return reinstate(event, body, account, draft, facts)
        case _:
            raise AssertionError(f"{type(event.body).__name__} moves no credit")


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
