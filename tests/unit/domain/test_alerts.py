import pytest

from tests.unit.domain.deciding import UNIT, call, credit, decided, event, facts, funded, outcome
from tests.unit.domain.owned import said
from worker.domain.account import AccountRow
from worker.domain.draft import Draft, Outcome
from worker.domain.event import AlertsSet
from worker.domain.message import Notice
from worker.domain.rejection import Reason, Rejection


def levels(*units: int, currency: str = "USD") -> AlertsSet:
    return AlertsSet(tuple(one * UNIT for one in units), currency)


def alarmed(units: int, *at: int) -> AccountRow:
    """An account with so much credit, told of levels only when the balance falls through them now."""
    passed = sum(units < level for level in at)
    text = " ".join(str(level * UNIT) for level in at)
    return funded(units * UNIT, alert_levels=text, alerts_passed=passed)


def told(draft: Draft) -> list[int]:
    return [one.amounts["level"] // UNIT for one in said(draft, "balance.low")]


@pytest.mark.parametrize(
    ("minutes", "fires"),
    [
        pytest.param(4, [], id="above every level"),
        pytest.param(5, [], id="exactly at one"),
        pytest.param(6, [10], id="below one"),
        pytest.param(13, [10, 5], id="below two at once, the highest first"),
        pytest.param(16, [10, 5, 0], id="below zero"),
    ],
)
def test_a_level_is_told_of_when_the_balance_falls_below_it(minutes: int, fires: list[int]) -> None:
    draft = decided(facts(alarmed(15, 10, 5, 0)), call(duration_s=60 * minutes))

    assert told(draft) == fires


def test_the_notice_names_the_level_and_the_credit_limit() -> None:
    draft = decided(facts(alarmed(10, 10)._replace(credit_limit_micros=7)), call())

    (low,) = said(draft, "balance.low")
    assert low == Notice("balance.low", "level_crossed", {"level": 10 * UNIT, "credit_limit": 7})


def test_a_level_is_told_of_once() -> None:
    first = decided(facts(alarmed(10, 10, 5)), call("c-1"))

    second = decided(facts(first.accounts["acme"].after()), call("c-2"))

    assert (told(first), told(second)) == ([10], [])


def test_a_level_is_told_of_again_after_the_balance_rose_to_it() -> None:
    up = decided(facts(alarmed(9, 10, 5), lots={1: ()}), event(credit(UNIT)))
    down = decided(facts(up.accounts["acme"].after()), call())

    assert (told(up), told(down)) == ([], [10])


def test_a_balance_that_rises_but_stays_below_a_level_is_not_told_of_it() -> None:
    draft = decided(facts(alarmed(4, 10, 5), lots={1: ()}), event(credit(3 * UNIT)))

    assert (told(draft), draft.accounts["acme"].row.alerts_passed) == ([], 1)


def test_a_dip_that_ends_within_a_batch_is_not_told_of() -> None:
    draft = decided(facts(alarmed(10, 10), lots={1: ()}), call(), event(credit(UNIT)))

    assert told(draft) == []


def test_new_levels_above_the_balance_are_not_told_of_and_those_below_it_are_armed() -> None:
    draft = decided(facts(funded(7 * UNIT)), event(levels(5, 10, 10, -3)))

    account = draft.accounts["acme"].after()
    assert (account.alert_levels, account.alerts_passed) == ("10000000 5000000 -3000000", 1)
    assert told(draft) == []
    falls = decided(facts(account), call(duration_s=180))
    assert told(falls) == [5]


def test_levels_are_armed_against_the_balance_before_the_usage_of_their_batch() -> None:
    draft = decided(facts(funded(7 * UNIT)), call(duration_s=180), event(levels(5)))

    assert told(draft) == [5]


def test_no_levels_end_the_alerts() -> None:
    draft = decided(facts(alarmed(10, 10)), event(levels()), call())

    assert (outcome(draft), told(draft)) == (Outcome.APPLIED, [])
    assert draft.accounts["acme"].row.alert_levels == ""


def test_levels_in_another_currency_change_nothing() -> None:
    draft = decided(facts(alarmed(10, 10)), event(levels(5, currency="EUR")))

    refused = outcome(draft)
    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.CURRENCY
    assert draft.accounts["acme"].row.alert_levels == "10000000"
