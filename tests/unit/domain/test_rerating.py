from collections.abc import Sequence

import pytest

from tests.unit.domain.deciding import NOW_S, UNIT, call, conference, leg
from tests.unit.domain.repricing import FROM_S, WINDOW, again, charged, row
from tests.unit.domain.revising import correction, void
from worker.domain.allowance import StoredAllowances, Use
from worker.domain.allowance_plan import Plan, Terms
from worker.domain.entry import (
    CORRECTED_CALL,
    RERATED_CALL,
    RERATED_CONFERENCE,
    USAGE_CALL,
    USAGE_CONFERENCE,
    USAGE_RETURNED,
)
from worker.domain.facts import ByHand
from worker.domain.rerating import Difference, Window


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


def test_calls_are_charged_again_in_the_order_in_which_they_were_made() -> None:
    books = charged(*(call(f"c-{number}", started_s=NOW_S - 600 * number) for number in range(1, 9)))

    again(books, row("49", 2 * UNIT))

    starts = [one.started_s for one in books.entries if one.kind == RERATED_CALL]
    assert (len(starts), starts) == (8, sorted(starts))


def test_what_follows_from_a_balance_follows_from_re_rating_too() -> None:
    books = charged(call(duration_s=60 * 60))

    again(books, row("49", 2 * UNIT))

    assert (books.account.balance_micros, books.account.depleted) == (-21 * UNIT, True)


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


def test_a_call_that_a_person_had_charged_however_long_is_made_again_like_any_other() -> None:
    books = charged()
    books.given["by_hand"] = ByHand(frozenset(), vouched=False)
    books.decide(call(duration_s=2 * 86_400))
    del books.given["by_hand"]

    rerated = again(books, row("49", 2 * UNIT))

    assert books.booked() == [(USAGE_CALL, -2880), (USAGE_RETURNED, 2880), (RERATED_CALL, -5760)]
    assert rerated.unpriced == 0


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
