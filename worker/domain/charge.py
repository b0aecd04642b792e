"""Charging: finished usage becomes an entry, always in full, or waits with a reason."""

from collections.abc import Iterable, Sequence

from worker.domain.account import LARGEST_MICROS, Account
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import CODES, HAS_LINES, USAGE_CALL, Entry, EntryText, day_of, number_parts
from worker.domain.facts import Facts
from worker.domain.legs import leg_lines, share_lines
from worker.domain.lot import Share
from worker.domain.masking import mask_number
from worker.domain.rating import Price, price_leg
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
        key = (usage.source_number, account.row.account_id, usage.key)
        if key in seen:
            draft.outcomes[index] = repeated(usage.content_hash, seen[key])
            continue
        prices = admit(usage, account, facts)
        if isinstance(prices, Rejection):
            draft.outcomes[index] = prices
            draft.doubtful.append(usage)
            continue
        seen[key] = usage.content_hash
        post(usage, prices, account, draft, facts)
        draft.outcomes[index] = Outcome.CHARGED


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


def admit(usage: Usage, account: Account, facts: Facts) -> list[Price] | Rejection:
    """Price every leg, or say what stands in the way; one leg that cannot be charged holds all of them."""
    if not facts.open_from_s <= usage.started_s < facts.open_until_s:
        return outside_days(usage.started_s, facts)
    deck = facts.decks.deck(account.row.rate_deck)
    if deck is None:
        detail = f"rate deck {account.row.rate_deck!r} is not loaded: import it"
        return Rejection(Reason.UNRATED, "data.rate_deck", detail)
    if deck.currency != account.row.currency:
        detail = f"the deck is in {deck.currency}, the account in {account.row.currency}"
        return Rejection(Reason.CURRENCY, "data.tenant_id", detail)
    prices = []
    for leg in usage.legs:
        price = price_one(leg, deck, facts)
        if isinstance(price, Rejection):
            return price
        prices.append(price)
    total = sum(price.amount_micros for price in prices)
    if account.balance - total < -LARGEST_MICROS:
        return Rejection(Reason.OUT_OF_RANGE, "data", "the balance would pass 4 * 10^18 micros")
    return prices


def price_one(leg: Leg, deck: Deck, facts: Facts) -> Price | Rejection:
    """Price one leg by the version in force when it started."""
    if leg.duration_s > facts.limits.implausible_s:
        detail = f"lasted {leg.duration_s} s, more than {facts.limits.implausible_s} s"
        return Rejection(Reason.IMPLAUSIBLE, "data.duration_s", detail)
    version = deck.version_at(leg.started_s)
    price = None if version is None else price_leg(version, leg)
    if price is None:
        number = mask_number(leg.number)
        detail = f"deck {deck.name!r} has no tariff for {leg.service} {leg.number_type} {number}"
        return Rejection(Reason.UNRATED, "data.rated_number", detail)
    return price


def outside_days(started_s: int, facts: Facts) -> Rejection:
    """Refuse usage of a day that is not open, or of a time to come."""
    if started_s < facts.open_from_s:
        detail = "started on a day that is no longer open: `talktime parked retry` says what can be done"
        return Rejection(Reason.TOO_OLD, "data.started_at", detail)
    detail = f"started more than {facts.limits.future_s} s from now: charged when its time comes"
    return Rejection(Reason.IN_FUTURE, "data.started_at", detail)


def post(usage: Usage, prices: list[Price], account: Account, draft: Draft, facts: Facts) -> None:
    """Debit the account and write the entry, with lines only where there is more than one part."""
    amount = prices[0].amount_micros if len(prices) == 1 else sum(p.amount_micros for p in prices)
    shares = account.debit(amount, usage.started_s)
    draft.touched[usage.tenant_id] = account
    entry = entry_of(usage, prices, amount, shares, account, facts)
    draft.entries.append(entry)
    if usage.kind != USAGE_CALL:
        draft.lines.extend(leg_lines(usage, prices, entry))
    if len(shares) > 1:
        draft.lines.extend(share_lines(shares, entry))
    if not usage.source_number or usage.call_id:
        text = EntryText(
            facts.cell,
            account.row.account_id,
            usage.source_number,
            usage.key,
            entry.day,
            "" if usage.source_number else usage.source,
            "" if usage.source_number else usage.event_id,
            usage.call_id,
        )
        draft.texts.append(text)


def entry_of(
    usage: Usage,
    prices: list[Price],
    amount: int,
    shares: Sequence[Share],
    account: Account,
    facts: Facts,
) -> Entry:
    """Make the entry of a usage; a conference's own number and prefix stand in its lines."""
    leg, price = usage.legs[0], prices[0]
    is_call = usage.kind == USAGE_CALL
    number, shape = number_parts(leg.number) if is_call else (0, 0)
    codes = CODES[leg.service, leg.number_type] if is_call else CODES["", ""]
    return Entry(
        usage.started_s,
        facts.now_s,
        -amount,
        number,
        usage.content_hash,
        usage.key,
        account.row.account_id,
        leg.duration_s if is_call else sum(one.duration_s for one in usage.legs),
        0,
        price.version_id,
        shares[0].lot_number if len(shares) == 1 else 0,
        facts.user_numbers.get((usage.tenant_id, usage.user_id), 0),
        day_of(usage.started_s),
        facts.cell,
        usage.source_number,
        usage.kind,
        price.prefix_length if is_call else 0,
        shape,
        codes | (0 if is_call and len(shares) == 1 else HAS_LINES),
    )
