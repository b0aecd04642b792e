"""Re-rating: charges are made again by the prices that hold now, where those make another amount."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from worker.domain.account import Account
from worker.domain.chain import Booked, Chain, ChainKey, live_charge
from worker.domain.charge import admit
from worker.domain.decide import begin_due, watch_all
from worker.domain.draft import Draft
from worker.domain.entry import CALL_KINDS, RERATED_CALL, RERATED_CONFERENCE
from worker.domain.facts import ByHand, Facts, Wanted
from worker.domain.forfeit import begin_lots
from worker.domain.give_back import give_back
from worker.domain.rating import Paid, Price, price_leg, price_rest
from worker.domain.rejection import Rejection
from worker.domain.revision import charge_again
from worker.domain.stored_usage import Priced, destination, priced_parts, usage_of
from worker.domain.tariff import Decks, DeckVersion
from worker.domain.usage import Leg, Usage


class Window(NamedTuple):
    """Which charges are looked at: of accounts with this deck, of calls that started from..to (excluded)."""

    deck: str
    from_s: int
    to_s: int


class Difference(NamedTuple):
    """What re-rating changes for a tenant and a destination; amounts are what is charged, in micros."""

    tenant_id: str
    destination: str
    entries: int
    old_micros: int
    new_micros: int


class Rerated(NamedTuple):
    """What is to be written, what that changes, and how many charges have no price now and keep theirs."""

    draft: Draft
    differences: tuple[Difference, ...]
    entries: int
    unpriced: int


def rerate(chains: Mapping[ChainKey, Chain], window: Window, facts: Facts) -> Rerated | Wanted:
    """Charge again what costs another amount now, in the order of the calls; the rest is left alone.

    Whoever does it twice, or is ended half-way and begins again, finds nothing left to change.
    """
    # What a person had charged, however long it lasted, may change its price like any other charge.
    facts = replace(facts, by_hand=ByHand(frozenset(), vouched=False))
    draft = Draft(facts)
    begin_due(draft, facts)
    accounts = {account.account_id: account for account in draft.accounts.values()}
    differences: list[Difference] = []
    unpriced = 0
    live = [
        (charge.entry.started_s, key, list(chain))
        for key, chain in chains.items()
        if (charge := live_charge(chain)) and window.from_s <= charge.entry.started_s < window.to_s
    ]
    for _, key, chain in sorted(live, key=_order):
        account = accounts.get(key.account_id)
        if account is None or account.row.rate_deck != window.deck:
            continue
        found = charge_anew(key, chain, account, draft, facts)
        if found is None:
            unpriced += 1
        else:
            differences += found
    starved = draft.starved()
    if starved:
        return Wanted(starved, ())
    watch_all(draft.touched.values(), draft, facts)
    entries = sum(entry.kind in {RERATED_CALL, RERATED_CONFERENCE} for entry in draft.entries)
    return Rerated(draft, tuple(differences), entries, unpriced)


def charge_anew(
    key: ChainKey, chain: list[Booked], account: Account, draft: Draft, facts: Facts
) -> list[Difference] | None:
    """Return a charge and make it again, when that changes it; None when nothing prices it now."""
    charge = chain[-1]
    usage = usage_of(charge, key, account.row.tenant_id)
    prices = admit(usage, account, facts)
    if isinstance(prices, Rejection):
        return None
    before = priced_parts(charge)
    parts = zip(usage.legs, before, prices, strict=True)
    if not any(_differs(leg, old, price, facts.decks) for leg, old, price in parts):
        return []
    give_back(key, chain, account, draft, facts, charge.entry.content_hash)
    kind = RERATED_CALL if usage.kind in CALL_KINDS else RERATED_CONFERENCE
    numbered = charge.entry.user_number
    charge_again(usage._replace(kind=kind), prices, key, chain, account, draft, facts, user_number=numbered)
    if account.row.lots_due_s <= facts.now_s:
        begin_lots(account, draft, facts)
    return by_destination(usage, before, priced_parts(chain[-1]), facts)


def by_destination(
    usage: Usage, before: Iterable[Priced], after: Iterable[Priced], facts: Facts
) -> list[Difference]:
    """Add the legs of a usage up by destination; it counts once in each."""
    sums: dict[str, tuple[int, int]] = {}
    for leg, old, new in zip(usage.legs, before, after, strict=True):
        name = destination(version_of(facts.decks, new.version_id), leg)
        old_micros, new_micros = sums.get(name, (0, 0))
        sums[name] = (old_micros + old.amount_micros, new_micros + new.amount_micros)
    return [Difference(usage.tenant_id, name, 1, *both) for name, both in sums.items()]


def version_of(decks: Decks, version_id: int) -> DeckVersion | None:
    """Find a version by its id, whatever its deck; None for what was priced without one."""
    versions = (version for deck in decks.by_name.values() for version in deck.versions)
    return next((version for version in versions if version.version_id == version_id), None)


def _differs(leg: Leg, before: Priced, price: Price, decks: Decks) -> bool:
    """Say whether a leg costs another amount now, bundles paying as many of its seconds as they did."""
    if price.version_id == before.version_id:
        return False
    if not before.bundle_s:
        return price.amount_micros != before.amount_micros
    former = version_of(decks, before.version_id)
    priced = price_leg(former, leg) if former else None
    version = version_of(decks, price.version_id)
    if priced is None or version is None or priced.billable_s != price.billable_s:
        return True
    rest = price_rest(version, leg, price, (Paid(0, before.bundle_s),))
    return rest.amount_micros != before.amount_micros


def _order(one: tuple[int, ChainKey, Sequence[Booked]]) -> tuple[int, ChainKey]:
    return one[0], one[1]
