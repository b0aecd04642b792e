"""Pricing: what it costs to find a call's tariff and to price the call by it, with nothing around it."""

import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import Final, NamedTuple

from worker.bench.calls import LONGEST_CALL_S, NUMBER_DIGITS, NUMBERS
from worker.bench.deck import make_deck
from worker.domain.rating import price_leg
from worker.domain.tariff import DeckVersion, compile_version
from worker.domain.usage import Leg

DAY_S: Final = 86_400
# Monday, 2 March 2026; calls start at any time of that week, so that every window has some.
WEEK_BEGAN_S: Final = 1_772_409_600
WEEK_S: Final = 7 * DAY_S


class Pricing(NamedTuple):
    """So many calls by decks of so many tariffs, each so many times."""

    tariffs: int
    calls: int
    runs: int


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of deck and of calls: numbers that were called before or not, calls of minutes or of a day."""

    windowed: bool = False
    stepped: bool = False
    unseen: bool = False
    lasts_s: int = 0


SORTS: Final = {
    "rating_flat": Sort(),
    "rating_stepped": Sort(stepped=True),
    "rating_windowed": Sort(windowed=True),
    "rating_unseen": Sort(windowed=True, unseen=True),
    "rating_day": Sort(windowed=True, lasts_s=DAY_S),
}


def time_pricing(pricing: Pricing) -> Iterator[tuple[str, float]]:
    """Give the microseconds of CPU an event, by figure, one run after the other."""
    for (windowed, stepped), sorts in groupby(SORTS.items(), key=_deck_of):
        deck = make_deck(pricing.tariffs, windowed=windowed, stepped=stepped)
        prefixes = sorted({row.prefix for row in deck.rows})
        version = compile_version(1, deck.terms, deck.rows)
        for name, sort in sorts:
            for run in range(pricing.runs):
                yield name, _microseconds(version, make_legs(prefixes, pricing.calls, sort, seed=run))


def _deck_of(named: tuple[str, Sort]) -> tuple[bool, bool]:
    return named[1].windowed, named[1].stepped


def make_legs(prefixes: Sequence[str], calls: int, sort: Sort, *, seed: int) -> list[Leg]:
    """Make calls that the deck prices, all different but for their numbers."""
    random = Random(seed)  # noqa: S311  # Numbers to be drawn again, not secrets.

    def number() -> str:
        prefix = random.choice(prefixes)
        return prefix + "".join(random.choices("0123456789", k=NUMBER_DIGITS - len(prefix)))

    known = [] if sort.unseen else [number() for _ in range(NUMBERS)]
    return [
        Leg(
            service="outbound",
            number=random.choice(known) if known else number(),
            number_type="toll",
            origin="",
            started_s=WEEK_BEGAN_S + random.randrange(WEEK_S),
            duration_s=sort.lasts_s or 1 + random.randrange(LONGEST_CALL_S),
            allowance="",
            leg_id="",
        )
        for _ in range(calls)
    ]


def _microseconds(version: DeckVersion, legs: Sequence[Leg]) -> float:
    version.memo.clear()
    # As in a worker: the collector of cycles does not walk the deck again and again.
    gc.freeze()
    try:
        began_s = time.thread_time()
        for leg in legs:
            price_leg(version, leg)
        return (time.thread_time() - began_s) / len(legs) * 1_000_000
    finally:
        gc.unfreeze()
