"""Lines against charges of random calls: of a million with TALKTIME_TEST_CALLS=1000000."""

import os
from random import Random

from worker.bench.deck import make_deck
from worker.domain.explanation import explain_leg
from worker.domain.rating import price_leg
from worker.domain.rounding import Rounding
from worker.domain.tariff import DeckVersion, VersionTerms, compile_version
from worker.domain.usage import Leg

CALLS = int(os.environ.get("TALKTIME_TEST_CALLS", "40000"))
CALLS_A_DECK = 10_000
ZONES = ("Europe/Berlin", "America/New_York", "UTC")


def any_deck(chance: Random) -> DeckVersion:
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
    terms = VersionTerms(0, chance.choice(ZONES), chance.choice((1, 100, 10_000)), rounding)
    return compile_version(1, terms, rows)


def any_call(chance: Random) -> Leg:
    number = "".join(chance.choices("123456789", k=12))
    lasted = chance.choice((0, 1, 5, 59, 60, 61, chance.randrange(4_000), chance.randrange(90_000)))
    return Leg("outbound", number, "toll", "", chance.randrange(1_760_000_000, 1_800_000_000), lasted, "", "")


def test_the_lines_of_every_call_make_its_charge_and_its_billable_seconds() -> None:
    chance = Random(7)
    with_several = 0
    for _ in range(-(-CALLS // CALLS_A_DECK)):
        version = any_deck(chance)
        for _ in range(CALLS_A_DECK):
            leg = any_call(chance)
            price, explained = price_leg(version, leg), explain_leg(version, leg)
            assert price is not None, leg
            assert explained is not None, leg
            assert explained.price == price, leg
            assert sum(line.amount_micros for line in explained.lines) == price.amount_micros, leg
            assert sum(line.billable_s for line in explained.lines) in {price.billable_s, 0}, leg
            with_several += len(explained.lines) > 1
    assert with_several > CALLS // 10, "most decks have windows and steps"
