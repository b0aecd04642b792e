from itertools import groupby

import pytest

from worker.bench.deck import make_deck
from worker.bench.figures import KINDS
from worker.bench.pricing import SORTS, Pricing, Sort, make_legs, time_pricing
from worker.domain.rating import price_leg
from worker.domain.stretches import stretches
from worker.domain.tariff import DeckVersion, compile_version
from worker.domain.usage import Leg

TARIFFS = 300


def compiled(sort: Sort) -> tuple[DeckVersion, list[str]]:
    deck = make_deck(TARIFFS, windowed=sort.windowed, stepped=sort.stepped)
    return compile_version(1, deck.terms, deck.rows), sorted({row.prefix for row in deck.rows})


def rows_of(version: DeckVersion, leg: Leg) -> int:
    """Count the rows of the deck that a call goes through."""
    tariff = version.look_up((leg.number[: version.longest], leg.service, leg.number_type, leg.origin))
    assert tariff is not None
    return len([*groupby(stretches(version, tariff, leg), key=lambda stretch: stretch.row)])


def test_every_sort_is_a_figure_and_is_measured_as_often_as_asked() -> None:
    found = [name for name, microseconds in time_pricing(Pricing(TARIFFS, 100, 2)) if microseconds > 0]

    assert found == [name for name in SORTS for _ in range(2)]
    assert set(SORTS) <= {kind.name for kind in KINDS}


@pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)
def test_every_call_has_a_price(sort: Sort) -> None:
    version, prefixes = compiled(sort)

    legs = make_legs(prefixes, 2_000, sort, seed=1)

    assert all(price_leg(version, leg) for leg in legs)


def test_calls_of_a_day_go_through_steps_and_windows_and_most_others_do_not() -> None:
    version, prefixes = compiled(SORTS["rating_day"])

    long = [rows_of(version, leg) for leg in make_legs(prefixes, 200, SORTS["rating_day"], seed=1)]
    short = [rows_of(version, leg) for leg in make_legs(prefixes, 200, SORTS["rating_windowed"], seed=1)]

    assert sum(rows >= 3 for rows in long) > 100
    assert max(short) <= 3


def test_unseen_numbers_are_all_different_and_the_others_come_again() -> None:
    _, prefixes = compiled(SORTS["rating_unseen"])
    calls = 50_000

    unseen = {leg.number for leg in make_legs(prefixes, calls, SORTS["rating_unseen"], seed=1)}
    seen = {leg.number for leg in make_legs(prefixes, calls, SORTS["rating_windowed"], seed=1)}

    assert len(unseen) > calls * 0.95
    assert len(seen) <= 20_000
