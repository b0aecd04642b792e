"""Forfeiting: credit that is lost by its expiry or with its account, and what late usage gets back of it."""

from uuid import uuid5

from worker.domain.account import Account
from worker.domain.booking import book, derived_key
from worker.domain.draft import Draft
from worker.domain.entry import FORFEITED, RESTORED, Entry
from worker.domain.facts import Facts
from worker.domain.lot import NEVER_S, WARNING_DAYS, Lot, Share, due_s, warnings_past
from worker.domain.message import Notice


def begin_lots(account: Account, draft: Draft, facts: Facts) -> None:
    """Forfeit what is left of lots whose expiry has come, and tell of those that expire soon.

    One notice a lot: who was told nothing for weeks is told of the nearer day only.
    """
    if account.lots is None:
        account.starved = True
        return
    # A lot that was spent since then is not due any more.
    account.hold(account.current_lots())
    for lot in account.current_lots():
        if not lot.left_micros or due_s(lot) > facts.now_s:
            continue
        if lot.expires_s <= facts.now_s:
            forfeit(lot, account, draft, facts)
        else:
            warn(lot, account, draft, facts)


def forfeit(lot: Lot, account: Account, draft: Draft, facts: Facts, reason: str = "expired") -> None:
    """Take what is left of a lot as lost; usage from before its expiry may still have some of it back."""
    amount = lot.left_micros
    lost = lot._replace(left_micros=0, forfeited_micros=lot.forfeited_micros + amount)
    account.balance -= amount
    account.hold(replaced(account, lost))
    # Every forfeiture says so, hence the sequence is another one each time.
    name = f"{account.row.tenant_id}\x1fforfeited\x1f{lot.number}\x1f{account.row.sequence}"
    book(
        account,
        draft,
        facts,
        kind=FORFEITED,
        amount_micros=-amount,
        key=str(uuid5(facts.installation, name)),
        happened_s=min(lot.expires_s, facts.now_s),
        shares=[Share(lot.number, amount)],
    )
    times = {"expires_at": lot.expires_s} if reason == "expired" else {}
    draft.say(account, Notice("credit.expired", reason, {"amount": amount}, payment_of(lot), times))


def warn(lot: Lot, account: Account, draft: Draft, facts: Facts) -> None:
    """Tell that what is left of a lot will soon be lost."""
    told = warnings_past(lot.expires_s, facts.now_s)
    account.hold(replaced(account, lot._replace(told=told)))
    names = payment_of(lot) | {"days": WARNING_DAYS[told - 1]}
    times = {"expires_at": lot.expires_s}
    draft.say(account, Notice("credit.expiring", "expires_soon", {"amount": lot.left_micros}, names, times))


def restore(account: Account, entry: Entry, draft: Draft, facts: Facts) -> None:
    """Book what a debit needed of forfeited lots: it is given back, and the debit's `entry` has spent it."""
    restored, account.restored = account.restored, ()
    if not restored:
        return
    # The same key may be charged under another source, or on another day.
    what = f"restored\x1f{entry.source_number}\x1f{entry.day}"
    book(
        account,
        draft,
        facts,
        kind=RESTORED,
        amount_micros=sum(share.amount_micros for share in restored),
        key=derived_key(entry.event_key, what),
        happened_s=entry.started_s,
        shares=restored,
    )


def close_promotions(account: Account, draft: Draft, facts: Facts) -> None:
    """Forfeit promotions with the account: its closing is their expiry, for late usage too."""
    for lot in account.current_lots():
        if lot.kind == "promotion" and lot.left_micros:
            ended = lot._replace(expires_s=min(lot.expires_s, facts.now_s))
            forfeit(ended, account, draft, facts, "account_closed")


def replaced(account: Account, changed: Lot) -> list[Lot]:
    """List the account's lots with one of them changed."""
    return [changed if lot.number == changed.number else lot for lot in account.current_lots()]


def payment_of(lot: Lot) -> dict[str, str | int]:
    """Name the payment that a lot came from, when it came from one."""
    return {"payment_id": lot.payment_id} if lot.payment_id else {}


def expiry_of(lot: Lot) -> dict[str, int]:
    """Give the expiry of a lot that has one."""
    return {} if lot.expires_s == NEVER_S else {"expires_at": lot.expires_s}
