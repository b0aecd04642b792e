from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.random_decks import decks, decks_and_legs, legs, seconds, starts, timezones
from tests.unit.domain.second_by_second import slow_price, slow_tariff
from worker.domain.explanation import explain_leg
from worker.domain.rating import price_leg
from worker.domain.rounding import Rounding
from worker.domain.tariff import VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg

units = st.sampled_from((1, 1, 10_000, 50_000))
roundings = st.sampled_from(Rounding)


@settings(max_examples=250, deadline=None)
@given(deck_and_leg=decks_and_legs(), timezone=timezones, unit=units, rounding=roundings)
def test_a_compiled_deck_prices_as_the_slow_pricer_does(
    deck_and_leg: tuple[list[TariffRow], Leg], timezone: str, unit: int, rounding: Rounding
) -> None:
    rows, leg = deck_and_leg
    version = compile_version(1, VersionTerms(0, timezone, unit, rounding), rows)

    price = price_leg(version, leg)

    assert (price and price.amount_micros) == slow_price(rows, leg, timezone, unit, rounding)
    tariff = slow_tariff(rows, leg)
    if price is not None:
        assert price.prefix_length == (len(tariff[0].prefix) if tariff else 0)


@settings(max_examples=120, deadline=None)
@given(deck_and_leg=decks_and_legs(), timezone=timezones, unit=units, rounding=roundings)
def test_lines_add_up_to_the_charge_and_cover_the_call(
    deck_and_leg: tuple[list[TariffRow], Leg], timezone: str, unit: int, rounding: Rounding
) -> None:
    rows, leg = deck_and_leg
    version = compile_version(1, VersionTerms(0, timezone, unit, rounding), rows)

    explanation = explain_leg(version, leg)

    assert (explanation and explanation.price) == price_leg(version, leg)
    if explanation is None or not explanation.lines:
        return
    assert sum(line.amount_micros for line in explanation.lines) == explanation.price.amount_micros
    assert sum(line.billable_s for line in explanation.lines) == explanation.price.billable_s
    assert all(line.amount_micros >= 0 for line in explanation.lines)
    edges = [edge for line in explanation.lines for edge in line[:2]]
    assert edges[0] == 0
    assert edges[1:-1:2] == edges[2::2]
    assert edges[-1] == leg.duration_s


@settings(max_examples=60, deadline=None)
@given(deck_and_leg=decks_and_legs(), longer_s=st.integers(0, 700_000))
def test_a_longer_call_never_costs_less(deck_and_leg: tuple[list[TariffRow], Leg], longer_s: int) -> None:
    rows, leg = deck_and_leg
    version = compile_version(1, VersionTerms(0, "Europe/Berlin"), rows)
    longer = leg._replace(duration_s=leg.duration_s + longer_s)

    short, long = price_leg(version, leg), price_leg(version, longer)

    assert (short is None) == (long is None)
    assert short is None or long is None or short.amount_micros <= long.amount_micros


@settings(max_examples=60, deadline=None)
@given(rows=decks(), asked=st.lists(legs, min_size=2, max_size=6))
def test_what_was_asked_before_changes_no_price(rows: list[TariffRow], asked: list[Leg]) -> None:
    version = compile_version(1, VersionTerms(0, "Europe/Berlin"), rows)

    together = [price_leg(version, leg) for leg in asked]
    alone = [price_leg(compile_version(1, VersionTerms(0, "Europe/Berlin"), rows), leg) for leg in asked]

    assert together == alone


@settings(max_examples=60, deadline=None)
@given(duration_s=st.integers(1, 700_000), initial_s=seconds, increment_s=seconds, started_s=starts)
def test_a_call_is_billed_to_the_end_of_its_last_increment_and_no_further(
    duration_s: int, initial_s: int, increment_s: int, started_s: int
) -> None:
    row = TariffRow("", "", "", "", "", 0, 0, 60_000_000, initial_s, increment_s)
    version = compile_version(1, VersionTerms(0, "UTC"), [row])

    price = price_leg(version, Leg("outbound", "49", "toll", "", started_s, duration_s, "", ""))

    assert price is not None
    assert 0 <= price.billable_s - duration_s < max(initial_s, increment_s)
    assert price.billable_s == initial_s or (price.billable_s - initial_s) % increment_s == 0
    assert price.amount_micros == price.billable_s * 1_000_000
