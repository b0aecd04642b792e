"""Adjustments: the balance is moved by hand, each time as a line of its own on the statement."""

from worker.domain.account import LARGEST_MICROS, Account
from worker.domain.booking import book, describe
from worker.domain.credit import refused_credit
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import ADJUSTMENT_KINDS
from worker.domain.event import Adjusted, Event
from worker.domain.facts import Facts
from worker.domain.forfeit import restore
from worker.domain.lot import NEVER_S, Lot
from worker.domain.message import Notice
from worker.domain.rejection import Reason, Rejection


def adjust(event: Event, body: Adjusted, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Give credit that never expires, or debit as a call that starts now would; once by adjustment id."""
    key = (account.account_id, body.adjustment_id)
    known = draft.adjustments.get(key, facts.adjustments.get(key))
    if known is not None:
        if known == event.identity.content_hash:
            return Outcome.DUPLICATE
        detail = "this adjustment_id came before with other content"
        return Rejection(Reason.CONFLICT, "data.adjustment_id", detail)
    refused = refused_credit(account, body.currency, body.amount_micros)
    if refused is not None:
        return refused
    if account.balance + body.amount_micros < -LARGEST_MICROS:
        return Rejection(Reason.OUT_OF_RANGE, "data.amount", "the balance would pass 4 * 10^18 micros")
    draft.adjustments[key] = event.identity.content_hash
    if body.amount_micros > 0:
        shares = account.credit(goodwill(body.amount_micros, account, facts))
    else:
        shares = account.debit(-body.amount_micros, facts.now_s)
    entry = book(
        account,
        draft,
        facts,
        kind=ADJUSTMENT_KINDS[body.kind],
        amount_micros=body.amount_micros,
        key=event.identity.key,
        happened_s=event.occurred_s,
        shares=shares,
        content_hash=event.identity.content_hash,
    )
    describe(draft, entry, description=body.description, own_id=body.adjustment_id)
    # By a clock that is behind the one which forfeited a lot, the debit came before the expiry.
    restore(account, entry, draft, facts)
    if body.amount_micros > 0:
        names: dict[str, str | int] = {"adjustment_id": body.adjustment_id}
        draft.say(account, Notice("credit.added", "adjustment", {"amount": body.amount_micros}, names))
    return Outcome.APPLIED


def goodwill(amount_micros: int, account: Account, facts: Facts) -> Lot:
    """Make the lot of credit that was given by hand."""
    return Lot(
        number=account.row.lots_made + 1,
        kind="goodwill",
        amount_micros=amount_micros,
        left_micros=amount_micros,
        paid_s=facts.now_s,
        expires_s=NEVER_S,
    )
