"""Charging: finished usage becomes an entry, always in full, or waits with a reason."""

from collections.abc import Iterable, Sequence
from datetime import date

from worker.domain.account import LARGEST_MICROS, Account
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import (
    CALL_KINDS,
    CODES,
    HAS_LINES,
    REVISED_KINDS,
    Entry,
    EntryText,
    day_of,
    number_parts,
)
from worker.domain.facts import Facts
from worker.domain.forfeit import restore
from worker.domain.legs import leg_lines, share_lines
from worker.domain.lot import Share
from worker.domain.masking import mask_number
from worker.domain.pay_by_allowance import note_allowances, pay_by_allowance
from worker.domain.rating import EMERGENCY, Price, price_leg
from worker.domain.rejection import Reason, Rejection
from worker.domain.tariff import Deck
from worker.domain.usage import Leg, Usage


def charge_usage(usages: Iterable[tuple[int, Usage]], draft: Draft, facts: Facts) -> None:
    """Charge each usage once; what cannot be charged yet is refused with its reason."""
    seen = dict(facts.known_usage)
    for index, usage in usages:
        account = draft.accounts.get(usage.tenant_id)
        if account is None:
            draft.outcomes[index] = unknown_tenant(usage.tenant_id)
            continue
        key = (usage.source_number, account.account_id, usage.key)
        if key in seen:
            draft.outcomes[index] = repeated(usage.content_hash, seen[key])
            continue
        prices = admit(usage, account, facts)
        if isinstance(prices, Rejection):
            draft.outcomes[index] = prices
            if prices.reason is not Reason.TOO_OLD:
                draft.doubtful.append(usage)
            continue
        seen[key] = usage.content_hash
        day = day_of(usage.started_s) if facts.by_hand is None else facts.booking_day(usage.started_s)
        assert day is not None, "what was admitted has a day"
        post(usage, prices, account, draft, facts, day)


def unknown_tenant(tenant_id: str) -> Rejection:
    """Refuse what names a tenant that has no account yet."""
    detail = f"no account for tenant {tenant_id!r}: charged by itself when the account is opened"
    return Rejection(Reason.UNKNOWN_TENANT, "data.tenant_id", detail)


def repeated(content_hash: int, known_hash: int) -> Outcome | Rejection:
    """Tell an exact resend from another content under the same identity."""
    if content_hash == known_hash:
        return Outcome.DUPLICATE
    detail = "the same source and id came before with other content; nothing was changed"
    return Rejection(Reason.CONFLICT, "id", detail)


def admit(usage: Usage, account: Account, facts: Facts) -> Sequence[Price] | Rejection:
    """Price every leg, or say what stands in the way; one leg that cannot be charged holds all of them."""
    if (
        not facts.open_from_s <= usage.started_s < facts.open_until_s
        and facts.booking_day(usage.started_s) is None
    ):
        return outside_days(usage.started_s, facts)
    deck = facts.decks.deck(account.row.rate_deck)
    if deck is not None and deck.currency != account.row.currency:
        detail = f"the deck is in {deck.currency}, the account in {account.row.currency}"
        return Rejection(Reason.CURRENCY, "data.tenant_id", detail)
    prices = []
    total = 0
    for leg in usage.legs:
        price = price_one(leg, deck, facts)
        if isinstance(price, Rejection):
            return price
        total += price.amount_micros
        prices.append(price)
    if account.balance - total < -LARGEST_MICROS:
        return Rejection(Reason.OUT_OF_RANGE, "data", "the balance would pass 4 * 10^18 micros")
    return prices


def price_one(leg: Leg, deck: Deck | None, facts: Facts) -> Price | Rejection:
    """Price one leg by the version in force when it started; an emergency never waits for a price."""
    if leg.duration_s > facts.limits.implausible_s and facts.by_hand is None:
        detail = f"lasted {leg.duration_s} s, more than {facts.limits.implausible_s} s"
        return Rejection(Reason.IMPLAUSIBLE, "data.duration_s", detail)
    version = deck.version_at(leg.started_s) if deck else None
    if version is not None:
        price = price_leg(version, leg)
        if price is not None:
            return price
    elif leg.number_type == EMERGENCY:
        return Price(0, 0, 0, 0)
    if deck is None:
        return Rejection(Reason.UNRATED, "data.tenant_id", "the account's rate deck is not loaded: import it")
    what = f"{leg.service} {leg.number_type} {mask_number(leg.number)} at that time"
    detail = f"deck {deck.name!r} has no tariff for {what}: import a version that has one"
    return Rejection(Reason.UNRATED, "data.rated_number", detail)


def outside_days(started_s: int, facts: Facts) -> Rejection:
    """Refuse usage of a day that is not open, or of a time to come."""
    if started_s < facts.open_from_s:
        detail = "started on a day that is no longer open: `talktime parked retry` says what can be done"
        return Rejection(Reason.TOO_OLD, "data.started_at", detail)
    detail = f"started more than {facts.limits.future_s} s from now: charged when its time comes"
    return Rejection(Reason.IN_FUTURE, "data.started_at", detail)


def post(
    usage: Usage, prices: Sequence[Price], account: Account, draft: Draft, facts: Facts, day: date
) -> Entry:
    """Debit the account and write the entry, with lines only where there is more than one part.

    The charge of a revision stands in the day of the usage that it revises.
    """
    is_call = usage.kind in CALL_KINDS
    if account.allowances is not None:
        prices = pay_by_allowance(usage, prices, account, facts.decks.deck(account.row.rate_deck))
    amount = prices[0].amount_micros if is_call else sum(price.amount_micros for price in prices)
    shares: Sequence[Share] = ()
    if not account.debit_current_lot(amount, usage.started_s):
        shares = account.debit(amount, usage.started_s)
    draft.touched[usage.tenant_id] = account
    lot_number = account.lot_number if not shares else shares[0].lot_number if len(shares) == 1 else 0
    has_lines = not is_call or len(shares) > 1
    entry = entry_of(usage, prices, amount, account, facts, day, lot_number, has_lines)
    if account.allowances is not None:
        entry = note_allowances(usage, prices, entry, draft.lines)
    draft.entries.append(entry)
    if account.restored:
        restore(account, entry, draft, facts)
    if has_lines:
        if not is_call:
            draft.lines.extend(leg_lines(usage, prices, entry))
        if len(shares) > 1:
            draft.lines.extend(share_lines(shares, entry))
    leg = usage.legs[0]
    if not usage.source_number or usage.call_id or leg.origin or leg.allowance or usage.kind in REVISED_KINDS:
        draft.texts.append(text_of(usage, entry))
    return entry


def entry_of(
    usage: Usage,
    prices: Sequence[Price],
    amount: int,
    account: Account,
    facts: Facts,
    day: date,
    lot_number: int,
    has_lines: bool,
) -> Entry:
    """Make the entry of a usage; a conference's own numbers and prefixes stand in its lines."""
    if usage.kind in CALL_KINDS:
        leg = usage.legs[0]
        number, shape = number_parts(leg.number)
        duration_s, prefix_length = leg.duration_s, prices[0].prefix_length
        codes = CODES[leg.service, leg.number_type]
    else:
        number = shape = prefix_length = codes = 0
        duration_s = sum(leg.duration_s for leg in usage.legs)
    # A third of what `Entry(...)` takes, once an event; the order is that of its fields.
    return tuple.__new__(
        Entry,
        (
            usage.started_s,
            facts.now_s,
            -amount,
            number,
            usage.content_hash,
            usage.key,
            account.account_id,
            duration_s,
            0,
            prices[0].version_id,
            lot_number,
            facts.user_numbers.get((usage.tenant_id, usage.user_id), 0),
            day,
            facts.cell,
            usage.source_number,
            usage.kind,
            prefix_length,
            shape,
            codes | HAS_LINES if has_lines else codes,
        ),
    )


def text_of(usage: Usage, entry: Entry) -> EntryText:
    """Keep the texts that no integer holds: a hashed identity, what chose the price."""
    leg = usage.legs[0]
    is_call = usage.kind in CALL_KINDS
    # A revision has a key of its own, from which nobody could tell the usage's id.
    has_id = not usage.source_number or usage.kind in REVISED_KINDS
    return EntryText(
        cell=entry.cell,
        account_id=entry.account_id,
        source_number=entry.source_number,
        event_key=entry.event_key,
        day=entry.day,
        source="" if usage.source_number else usage.source,
        event_id=usage.event_id if has_id else "",
        call_id=usage.call_id,
        origin=leg.origin if is_call else "",
        allowance=leg.allowance if is_call else "",
    )
