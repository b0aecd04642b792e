"""Lines against charges and debits of random usage: of a million with TALKTIME_TEST_CALLS=1000000."""

import os
from dataclasses import replace
from random import Random

import pytest

from tests.unit.domain.bundling import bundled, terms
from tests.unit.domain.deciding import UNIT, call, conference, decided, funded
from tests.unit.domain.stating import Priced, stated_rows
from worker.bench.deck import make_deck
from worker.domain.draft import Draft
from worker.domain.explanation import explain_leg
from worker.domain.rating import price_leg
from worker.domain.rounding import Rounding
from worker.domain.statement import StatementEntry
from worker.domain.tariff import Deck, Decks, DeckVersion, VersionTerms, compile_version
from worker.domain.usage import Leg, Usage

CALLS = int(os.environ.get("TALKTIME_TEST_CALLS", "20000"))
CALLS_A_DECK = 10_000
ZONES = ("Europe/Berlin", "America/New_York", "UTC")
VERSION_ID = 7
CREDIT = 10**9 * UNIT


def any_deck(chance: Random) -> Priced:
    """Flat, or with windows and steps; any price, interval, fee and rounding."""
    rows = [
        row._replace(
            price_per_minute_micros=chance.randrange(2_000_000),
            initial_s=chance.choice((0, 1, 6, 30, 60)),
            increment_s=chance.choice((1, 6, 7, 30, 60)),
            connection_fee_micros=chance.choice((0, 333_333)),
            free_under_s=chance.choice((0, 0, 6)),
            max_charge_micros=chance.choice((None, None, 1_000_000)),
        )
        for row in make_deck(300, windowed=chance.random() < 0.75).rows
    ]
    rounding = chance.choice(list(Rounding))
    held = VersionTerms(0, chance.choice(ZONES), chance.choice((1, 100, 10_000)), rounding)
    return Priced(held, rows, VERSION_ID, {1: "world"})


def any_usage(chance: Random, number: int) -> Usage:
    """Mostly calls; one in ten is a conference of up to three legs."""
    if chance.random() < 0.1:
        return conference(*(any_leg(chance) for _ in range(chance.randint(1, 3))), event_id=f"m-{number}")
    return call(f"c-{number}", **any_leg(chance)._asdict())


def any_leg(chance: Random) -> Leg:
    number = "".join(chance.choices("123456789", k=12))
    lasted = chance.choice((0, 1, 5, 59, 60, 61, chance.randrange(4_000), chance.randrange(86_400)))
    return Leg("outbound", number, "toll", "", chance.randrange(1_760_000_000, 1_800_000_000), lasted, "", "")


def booked(usages: list[Usage], version: DeckVersion, minutes: int) -> Draft:
    """Charge them in one batch to an account with much credit, and with a bundle that ends every month."""
    owned = [terms(minutes=minutes, name="world")] if minutes else []
    decks = Decks(3, {"standard": Deck("standard", "USD", (version,))})
    known = replace(
        bundled(*owned, row=funded(CREDIT)),
        decks=decks,
        open_from_s=1_700_000_000,
        open_until_s=1_900_000_000,
    )
    return decided(known, *usages)


def lines_make(stated: StatementEntry, usage: Usage, version: DeckVersion) -> None:
    """See that what a statement says adds up to the debit, and the charges of the legs, bundles apart."""
    entry = stated.entry
    lines = [line for part in stated.parts for line in part.lines]
    assert sum(line.amount_micros for line in lines) == entry.amount_micros, usage
    assert sum(line.allowance_s for line in lines) == entry.bundle_s, usage
    # Without a price a line only repeats what was booked.
    assert all(line.price_per_minute_micros is not None for line in lines), usage
    charges = 0
    for leg in usage.legs:
        price, explained = price_leg(version, leg), explain_leg(version, leg)
        assert price is not None, leg
        assert explained is not None, leg
        assert explained.price == price, leg
        assert sum(line.amount_micros for line in explained.lines) == price.amount_micros, leg
        assert sum(line.billable_s for line in explained.lines) == price.billable_s, leg
        charges += price.amount_micros
    if not entry.bundle_s:
        assert entry.amount_micros == -charges, usage


@pytest.mark.timeout(300 + CALLS // 500)
def test_the_lines_of_every_entry_make_its_charge_and_its_debit() -> None:
    chance = Random(7)
    with_several = paid_by_bundle = 0
    for _ in range(-(-CALLS // CALLS_A_DECK)):
        priced = any_deck(chance)
        version = compile_version(VERSION_ID, priced.terms, priced.rows)
        usages = [any_usage(chance, number) for number in range(CALLS_A_DECK)]
        draft = booked(usages, version, chance.choice((0, 10_000)))
        by_key = {usage.key: usage for usage in usages}

        entries = stated_rows(draft.entries, draft.lines, draft.texts, priced, CREDIT)

        assert len(entries) == CALLS_A_DECK
        for stated in entries:
            lines_make(stated, by_key[stated.entry.event_key], version)
            with_several += sum(len(part.lines) for part in stated.parts) > 1
            paid_by_bundle += stated.entry.bundle_s > 0
        debits = sum(entry.amount_micros for entry in draft.entries)
        assert draft.accounts["acme"].balance == entries[-1].balance_micros == CREDIT + debits
    assert with_several > CALLS // 10, "most decks have windows and steps"
    assert paid_by_bundle > CALLS // 100, "bundles pay for some"
