"""Charging: finished usage becomes an entry, always in full, or waits with a reason."""

from collections.abc import Iterable, Sequence

from worker.domain.account import LARGEST_MICROS, Account
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import day_of
from worker.domain.facts import Facts
from worker.domain.masking import mask_number
from worker.domain.ordinary_calls import OrdinaryCalls
from worker.domain.post_usage import post
from worker.domain.rating import EMERGENCY, Price, price_leg
from worker.domain.rejection import Reason, Rejection
from worker.domain.tariff import Deck
from worker.domain.usage import Leg, Usage


def charge_usage(
    usages: Iterable[tuple[int, Usage]], draft: Draft, facts: Facts, ordinary: OrdinaryCalls
) -> None:
    """Charge each usage once; what cannot be charged yet is refused with its reason."""
    seen, charge_ordinary = ordinary.seen, ordinary.charge
    for index, usage in usages:
        if charge_ordinary(usage):
            continue
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
    if leg.started_s >= facts.open_until_s:
        return outside_days(leg.started_s, facts)
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
