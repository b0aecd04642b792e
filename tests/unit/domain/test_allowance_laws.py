from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.random_decks import NUMBER_TYPES, ORIGINS, SERVICES, decks_and_legs, timezones
from tests.unit.domain.second_by_second import billable_rows, slow_rest
from worker.domain.allowance import Allowances, StoredAllowances, Use
from worker.domain.allowance_plan import Plan, Terms
from worker.domain.explanation import explain_leg
from worker.domain.rating import Paid, price_leg, price_rest
from worker.domain.rounding import Rounding
from worker.domain.tariff import VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg

MONTH = 202603
ZONE = "Europe/Berlin"

DeckAndLeg = tuple[list[TariffRow], Leg]


def some(*names: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.one_of(st.just(()), st.sets(st.sampled_from(names)).map(lambda found: tuple(sorted(found))))


prefixes = st.one_of(st.just(()), st.sets(st.text("123", min_size=1, max_size=3), max_size=3).map(tuple))
reaches = st.tuples(
    some(*SERVICES), st.one_of(st.just(("toll",)), some(*NUMBER_TYPES)), prefixes, prefixes, some(*ORIGINS)
)


class Bundle(NamedTuple):
    """A bundle with what is used of it."""

    terms: Terms
    used_s: int


@st.composite
def bundles(draw: st.DrawFn) -> list[Bundle]:
    """Make up to five bundles, small enough to run out inside a call."""
    sizes = st.tuples(st.integers(0, 40), st.integers(0, 900))
    names = draw(st.permutations(["a", "b", "c", "d", "e"]))
    return [
        Bundle(Terms(number, 202501, names[number - 1], minutes, *reach), used_s)
        for number, ((minutes, used_s), reach) in enumerate(
            draw(st.lists(st.tuples(sizes, reaches), min_size=1, max_size=5)), start=1
        )
    ]


def slow_reach(terms: Terms, leg: Leg) -> int | None:
    """Say how many digits a bundle names, as its lists read; None when it does not apply."""
    lists = ((terms.services, leg.service), (terms.origins, leg.origin))
    if any(names and one not in names for names, one in lists) or leg.number_type == "emergency":
        return None
    if leg.number_type not in terms.number_types or leg.allowance not in {"", terms.name}:
        return None
    if any(leg.number.startswith(prefix) for prefix in terms.except_prefixes):
        return None
    named = [len(prefix) for prefix in terms.prefixes or ("",) if leg.number.startswith(prefix)]
    return max(named, default=None)


def slow_paid(owned: list[Bundle], leg: Leg, billable_s: int) -> list[Paid]:
    """Give each second in turn to the first bundle that has one left, until none has."""
    left = {one.terms.number: one.terms.minutes * 60 - one.used_s for one in owned}
    order = sorted(
        (-depth, one.terms.name, one.terms.number)
        for one in owned
        if (depth := slow_reach(one.terms, leg)) is not None
    )
    paid: dict[int, int] = {}
    for _ in range(billable_s):
        number = next((number for _, _, number in order if left[number] > 0), None)
        if number is None:
            break
        left[number] -= 1
        paid[number] = paid.get(number, 0) + 1
    return [Paid(*one) for one in paid.items()]


@settings(max_examples=150, deadline=None)
@given(
    deck_and_leg=decks_and_legs(),
    owned=bundles(),
    named=st.sampled_from(("", "", "", "none", "a", "b")),
    timezone=timezones,
    unit=st.sampled_from((1, 10_000)),
    rounding=st.sampled_from(Rounding),
)
def test_bundles_pay_as_they_would_second_by_second(
    deck_and_leg: DeckAndLeg, owned: list[Bundle], named: str, timezone: str, unit: int, rounding: Rounding
) -> None:
    rows, leg = deck_and_leg[0], deck_and_leg[1]._replace(allowance=named)
    version = compile_version(1, VersionTerms(0, timezone, unit, rounding), rows)
    allowances = Allowances(
        StoredAllowances(
            MONTH,
            Plan(MONTH, [one.terms for one in owned]),
            [Use(one.terms.number, MONTH, one.used_s, 0) for one in owned],
        )
    )
    whole = price_leg(version, leg)
    if whole is None:
        return

    paid = allowances.pay(leg, MONTH, whole.billable_s)
    price = price_rest(version, leg, whole, paid)
    explanation = explain_leg(version, leg, sum(one.bundle_s for one in paid))

    assert whole.billable_s == len(billable_rows(rows, leg, timezone))
    assert list(paid) == slow_paid(owned, leg, whole.billable_s)
    paid_s = sum(one.bundle_s for one in paid)
    assert price.amount_micros == slow_rest(rows, leg, timezone, unit, rounding, paid_s)
    assert price.paid == paid
    assert price.amount_micros <= whole.amount_micros
    taken = {one.allowance_number: one.bundle_s for one in paid}
    used = {one.terms.number: one.used_s + taken.get(one.terms.number, 0) for one in owned}
    assert {number: allowances.used_s(number, MONTH) for number in used} == used
    assert {one.number: one.used_s for one in allowances.uses()} == {number: used[number] for number in taken}
    assert explanation is not None
    assert explanation.price.amount_micros == price.amount_micros
    if explanation.lines:
        assert sum(line.amount_micros for line in explanation.lines) == price.amount_micros
        assert sum(line.allowance_s for line in explanation.lines) == paid_s
        assert sum(line.billable_s for line in explanation.lines) == whole.billable_s


@settings(max_examples=80, deadline=None)
@given(deck_and_leg=decks_and_legs(), paid_s=st.integers(1, 9_000))
def test_any_split_of_a_call_is_priced_as_second_by_second(deck_and_leg: DeckAndLeg, paid_s: int) -> None:
    rows, leg = deck_and_leg
    version = compile_version(1, VersionTerms(0, ZONE), rows)
    whole = price_leg(version, leg)
    if whole is None or not whole.billable_s:
        return
    paid_s = min(paid_s, whole.billable_s)

    price = price_rest(version, leg, whole, (Paid(1, paid_s),))

    assert price.amount_micros == slow_rest(rows, leg, ZONE, 1, Rounding.UP, paid_s)
