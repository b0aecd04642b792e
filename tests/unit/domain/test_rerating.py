from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.deciding import DAY_S, NOW_S, UNIT, call, conference, leg, lot
from tests.unit.domain.owned import owning
from tests.unit.domain.revising import Ledger, correction, void
from worker.domain.allowance import StoredAllowances, Use
from worker.domain.allowance_plan import Plan, Terms
from worker.domain.chain import ChainKey, live_charge
from worker.domain.entry import (
    CORRECTED_CALL,
    NUMBER_TYPES,
    RERATED_CALL,
    RERATED_CONFERENCE,
    SERVICES,
    USAGE_CALL,
    USAGE_CONFERENCE,
    USAGE_RETURNED,
    day_of,
)
from worker.domain.facts import Wanted
from worker.domain.rerating import Difference, Rerated, Window, rerate
from worker.domain.stored_usage import usage_of
from worker.domain.tariff import Deck, Decks, VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg, Usage

WINDOW = Window("standard", NOW_S - 30 * DAY_S, NOW_S)
FROM_S = NOW_S - DAY_S


def decks(*rows: TariffRow, from_s: int = FROM_S) -> Decks:
    """One unit a minute to Germany, until a second version takes over."""
    first = compile_version(7, VersionTerms(0, "UTC"), [row("49", UNIT, "Germany")])
    versions = (first, compile_version(8, VersionTerms(from_s, "UTC"), list(rows))) if rows else (first,)
    return Decks(3, {"standard": Deck("standard", "USD", versions)})


def row(prefix: str, price: int, label: str = "", **given: Any) -> TariffRow:  # noqa: ANN401 -- any column
    return TariffRow("", "", "", prefix, label, 0, 0, price, **given)


def charged(*usages: Usage, **given: Any) -> Ledger:  # noqa: ANN401 -- any column
    one = lot(1, 99 * UNIT)
    books = Ledger(owning(one, **given), one)
    books.given = {"decks": decks()}
    books.decide(*usages)
    return books


def again(books: Ledger, *rows: TariffRow, window: Window = WINDOW, from_s: int = FROM_S) -> Rerated:
    """Re-rate everything after a second version has come, and book it."""
    books.given = {**books.given, "decks": decks(*rows, from_s=from_s)}
    rerated = rerate(books.chains(), window, books.facts())
    assert not isinstance(rerated, Wanted)
    books.remember(rerated.draft)
    return rerated


def test_case_15_what_costs_another_amount_is_returned_and_charged_again() -> None:
    books = charged(call(duration_s=180))

    rerated = again(books, row("49", 2 * UNIT, "Germany"))

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3), (RERATED_CALL, -6)]
    assert rerated.differences == (Difference("acme", "Germany", 1, 3 * UNIT, 6 * UNIT),)
    assert (books.entries[-1].version_id, books.account.balance_micros) == (8, 93 * UNIT)


def test_case_15_a_second_time_nothing_is_left_to_change() -> None:
    books = charged(call(duration_s=180))
    again(books, row("49", 2 * UNIT))

    rerated = again(books, row("49", 2 * UNIT))

    assert (rerated.draft.entries, rerated.differences, rerated.entries) == ([], (), 0)


def test_a_charge_whose_amount_stays_is_left_alone_whatever_version_makes_it() -> None:
    books = charged(call(duration_s=60))

    rerated = again(books, row("49", UNIT, initial_s=1, increment_s=1))

    assert (rerated.draft.entries, rerated.unpriced) == ([], 0)


def test_each_call_has_the_version_of_its_own_start() -> None:
    books = charged(call("c-1", started_s=FROM_S - 1), call("c-2", started_s=FROM_S))

    again(books, row("49", 2 * UNIT))

    assert books.booked()[2:] == [(USAGE_RETURNED, 1), (RERATED_CALL, -2)]
    assert books.entries[-1].started_s == FROM_S


def test_the_live_charge_is_made_again_and_what_was_voided_is_not() -> None:
    fixed, gone = call("c-1"), call("c-2")
    books = charged(fixed, gone)
    books.decide(correction(fixed, call(duration_s=120)), void(gone))

    again(books, row("49", 2 * UNIT))

    assert books.booked()[2:] == [
        (USAGE_RETURNED, 1), (CORRECTED_CALL, -2), (USAGE_RETURNED, 1), (USAGE_RETURNED, 2),
        (RERATED_CALL, -4),
    ]  # fmt: skip


def test_what_was_made_again_may_still_be_voided() -> None:
    used = call()
    books = charged(used)
    again(books, row("49", 2 * UNIT))

    books.decide(void(used))

    assert (books.account.balance_micros, books.booked()[-1]) == (99 * UNIT, (USAGE_RETURNED, 2))


def test_a_conference_is_made_again_whole_and_told_by_destination() -> None:
    books = charged(conference(leg(), leg(duration_s=120), leg(number="4989123456")))

    rerated = again(books, row("49", UNIT, "Germany"), row("4989", 3 * UNIT, "Munich"))

    assert books.booked() == [(USAGE_CONFERENCE, -4), (USAGE_RETURNED, 4), (RERATED_CONFERENCE, -6)]
    assert rerated.differences == (
        Difference("acme", "Germany", 1, 3 * UNIT, 3 * UNIT),
        Difference("acme", "Munich", 1, UNIT, 3 * UNIT),
    )


def test_what_has_no_price_now_keeps_its_own() -> None:
    books = charged(call())

    rerated = again(books, row("33", UNIT))

    assert (books.booked(), rerated.unpriced) == ([(USAGE_CALL, -1)], 1)


@pytest.mark.parametrize(
    "window",
    [
        pytest.param(WINDOW._replace(to_s=NOW_S - 3600), id="it started when the window ended"),
        pytest.param(WINDOW._replace(from_s=NOW_S - 3599), id="it started a second before"),
        pytest.param(WINDOW._replace(deck="other"), id="its account has another deck"),
    ],
)
def test_what_is_not_asked_about_is_left_alone(window: Window) -> None:
    books = charged(call())

    assert again(books, row("49", 2 * UNIT), window=window).draft.entries == []


@pytest.mark.parametrize(
    ("minutes", "duration_s", "booked"),
    [
        pytest.param(9, 60, [(USAGE_CALL, 0)], id="the bundle pays all of it at any price"),
        pytest.param(
            1, 120, [(USAGE_CALL, -1), (USAGE_RETURNED, 1), (RERATED_CALL, -2)], id="the rest costs more"
        ),
    ],
)
def test_seconds_that_a_bundle_paid_cost_nothing_again(
    minutes: int, duration_s: int, booked: Sequence[tuple[int, int]]
) -> None:
    size = Terms(1, 202601, "flat", minutes, (), ("toll",), (), (), ())
    books = charged(allowances_made=1)
    books.given |= {"allowances": {1: StoredAllowances(202601, Plan(202601, (size,)), ())}}
    books.decide(call(duration_s=duration_s))
    books.given |= {
        "allowances": {1: StoredAllowances(202601, Plan(202601, (size,)), (Use(1, 202603, 60, 0),))}
    }

    again(books, row("49", 2 * UNIT))

    assert books.booked() == booked
    assert [one.bundle_s for one in books.entries] == [60, -60, 60][: len(booked)]


def test_the_new_charge_keeps_user_call_id_and_the_id_of_its_usage() -> None:
    used = call()._replace(user_id="u-1", call_id="k-1")
    books = charged()
    books.given |= {"user_numbers": {("acme", "u-1"): 7}}
    books.decide(used)
    books.given |= {"user_numbers": {}}

    again(books, row("49", 2 * UNIT))

    assert [one.user_number for one in books.entries] == [7, 7, 7]
    assert [(one.event_id, one.call_id) for one in books.texts] == [(used.event_id, "k-1")] * 3


digits = st.text("0123456789", min_size=1, max_size=15)
numbers = st.one_of(digits, st.builds(lambda clear, masked: clear + "*" * masked, digits, st.integers(0, 4)))
legs = st.builds(
    Leg,
    service=st.sampled_from(SERVICES[1:]),
    number=numbers.filter(lambda number: len(number) <= 15),
    number_type=st.sampled_from(NUMBER_TYPES[1:]),
    origin=st.sampled_from(["", "TR", "US-payphone"]),
    started_s=st.integers(NOW_S - DAY_S, NOW_S),
    duration_s=st.integers(0, DAY_S),
    allowance=st.sampled_from(["", "none", "national"]),
    leg_id=st.just(""),
)


@given(st.lists(legs, min_size=1, max_size=4), st.booleans())
def test_a_charge_tells_all_that_priced_it(parts: list[Leg], is_call: bool) -> None:
    one = parts[0]
    used = call(**one._asdict()) if is_call else conference(*parts)
    books = charged()
    free = [TariffRow("", kind, "", "", "", 0, 0, UNIT) for kind in sorted(NUMBER_TYPES[1:])]
    books.given = {"decks": decks(*free, from_s=0)}

    books.decide(used)

    key = ChainKey(day_of(used.started_s), used.source_number, 1, used.key)
    charge = live_charge(books.chains()[key])
    assert charge is not None
    assert usage_of(charge, key, "acme") == used._replace(user_id="", call_id="")
