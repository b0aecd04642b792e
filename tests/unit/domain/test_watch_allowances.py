from datetime import datetime

import pytest

from tests.unit.domain.bundling import (
    MARCH,
    allowance_set,
    bundled,
    notices,
    states,
    stored_after,
    terms,
)
from tests.unit.domain.deciding import DAY_S, NOW_S, call, decided, event
from worker.domain.allowance import Use
from worker.domain.draft import Draft
from worker.domain.event import StatusSet
from worker.domain.facts import Facts
from worker.domain.lot import NEVER_S
from worker.domain.message import AccountState, AllowanceNotice


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


APRIL_S = at("2026-04-01T00:00:00+00:00")
MINUTE = 60


def due(draft: Draft) -> int:
    return draft.accounts["acme"].row.allowances_due_s


def told(number: int = 1, used_s: int = 0, share: int = 0, month: int = MARCH) -> Use:
    return Use(number, month, used_s, share)


# What the platform was told of one bundle that pays, and of one that is used up.
PAYS, USED_UP = "1@202501", "1@202501!"


@pytest.mark.parametrize(
    ("used_s", "minutes", "said"),
    [
        pytest.param(0, 7, [], id="below 80 %"),
        pytest.param(0, 8, [("used", "mostly_used", "b1")], id="80 %"),
        pytest.param(420, 2, [("used", "mostly_used", "b1")], id="90 %"),
        pytest.param(420, 3, [("used", "used_up", "b1")], id="through both: the last alone"),
    ],
)
def test_people_are_told_when_most_and_when_all_of_a_bundle_is_used(
    used_s: int, minutes: int, said: list[tuple[str, str, str]]
) -> None:
    known = bundled(terms(), uses=[told(used_s=used_s)], allowances_said=PAYS)

    assert notices(decided(known, call(duration_s=minutes * MINUTE))) == said


def test_each_share_is_told_once_a_month() -> None:
    known = bundled(terms(), uses=[told(used_s=480, share=80)], allowances_said=PAYS)
    assert notices(decided(known, call())) == []

    known = bundled(terms(), uses=[told(used_s=540, share=100)], allowances_said=PAYS)
    draft = decided(known, call())
    assert notices(draft) == []
    assert states(draft) == [{"b1": True}]


def test_a_notice_says_how_much_of_how_much_and_when_it_renews() -> None:
    known = bundled(terms(), timezone="Europe/Berlin", allowances_said=PAYS)

    draft = decided(known, call(duration_s=600))

    (notice,) = [one.body for one in draft.messages if isinstance(one.body, AllowanceNotice)]
    renews_s = at("2026-03-31T22:00:00+00:00")
    assert notice == AllowanceNotice("used", "used_up", "b1", 10, 600, MARCH, renews_s)


def test_the_platform_is_told_when_a_bundle_is_used_up_and_not_at_every_debit() -> None:
    known = bundled(terms(1), terms(2, name="other"), allowances_said="1@202501 2@202501")
    assert states(decided(known, call(allowance="b1"))) == []

    draft = decided(known, call(duration_s=600, allowance="b1"))

    assert states(draft) == [{"b1": True, "other": False}]
    assert due(draft) == APRIL_S
    (state,) = [one for one in draft.messages if isinstance(one.body, AccountState)]
    assert [one.renews_s for one in state.allowances] == [APRIL_S, APRIL_S]


def test_every_state_tells_of_the_bundles() -> None:
    draft = decided(bundled(terms(), allowances_said=PAYS), event(StatusSet("suspended", "r")))

    assert states(draft) == [{"b1": False}]


def test_a_new_bundle_and_new_lists_are_told() -> None:
    known = bundled()
    draft = decided(known, allowance_set())
    assert states(draft) == [{"b1": False}]
    assert due(draft) == NEVER_S

    draft = decided(stored_after(draft, known), allowance_set(event_id="a-2", prefixes=("49",)))
    assert states(draft) == [{"b1": False}]


def exhausted(now_s: int, *more: Use) -> Facts:
    """A bundle that was used up in March."""
    return bundled(
        terms(), uses=[told(used_s=600, share=100), *more], now_s=now_s, allowances_said=USED_UP,
        allowances_due_s=APRIL_S,
    )  # fmt: skip


def test_a_used_up_bundle_renews_with_the_month_and_nobody_needs_to_call() -> None:
    early = decided(exhausted(APRIL_S - 1))
    assert (notices(early), states(early)) == ([], [])

    draft = decided(exhausted(APRIL_S))

    assert notices(draft) == [("renewed", "new_month", "b1")]
    assert states(draft) == [{"b1": False}]
    assert due(draft) == NEVER_S


def test_whoever_comes_first_after_the_turn_announces_it_once() -> None:
    draft = decided(exhausted(APRIL_S + 60), call(started_s=APRIL_S + 1))
    assert notices(draft) == [("renewed", "new_month", "b1")]

    again = decided(stored_after(draft, exhausted(APRIL_S + 60)), call("c-2", started_s=APRIL_S + 2))
    assert (notices(again), states(again)) == ([], [])


def test_a_bundle_that_is_used_up_again_at_the_turn_does_not_renew() -> None:
    draft = decided(exhausted(APRIL_S + 900), call(started_s=APRIL_S, duration_s=600))

    assert notices(draft) == [("used", "used_up", "b1")]
    assert states(draft) == []
    assert due(draft) == at("2026-05-01T00:00:00+00:00")


def test_a_larger_size_renews_a_used_up_bundle_at_once() -> None:
    draft = decided(exhausted(NOW_S), allowance_set(minutes=20))

    assert notices(draft) == [("renewed", "resized", "b1")]
    assert states(draft) == [{"b1": False}]


def test_a_smaller_size_may_use_a_bundle_up() -> None:
    known = bundled(terms(), uses=[told(used_s=300)], allowances_said=PAYS)

    draft = decided(known, allowance_set(minutes=5))

    assert notices(draft) == [("used", "used_up", "b1")]
    assert states(draft) == [{"b1": True}]


def test_an_ended_bundle_leaves_the_state_and_nothing_more_is_said_of_it() -> None:
    draft = decided(exhausted(NOW_S), allowance_set(minutes=0))

    assert notices(draft) == []
    assert states(draft) == [{}]
    assert due(draft) == NEVER_S


def test_a_size_set_ahead_takes_effect_in_its_month_by_itself() -> None:
    known = bundled()
    draft = decided(known, allowance_set(effective_s=APRIL_S + DAY_S))
    assert states(draft) == [{"b1": True}]
    assert due(draft) == APRIL_S
    (state,) = [one for one in draft.messages if isinstance(one.body, AccountState)]
    assert [one.renews_s for one in state.allowances] == [APRIL_S]

    waiting = stored_after(draft, known)
    owned = waiting.allowances[1].plan.terms
    turned = decided(bundled(*owned, now_s=APRIL_S, row=waiting.accounts["acme"]))

    # It begins: nothing was used up, so nothing is renewed.
    assert notices(turned) == []
    assert states(turned) == [{"b1": False}]


def test_an_end_set_ahead_comes_by_itself() -> None:
    known = bundled(terms(), allowances_said=PAYS)
    draft = decided(known, allowance_set(minutes=0, effective_s=APRIL_S + DAY_S))
    waiting = stored_after(draft, known)

    turned = decided(bundled(*waiting.allowances[1].plan.terms, now_s=APRIL_S, row=waiting.accounts["acme"]))

    assert states(turned) == [{}]


def test_a_larger_size_in_two_months_is_looked_at_each_month_until_it_holds() -> None:
    may = terms(minutes=20, from_month=202605)
    known = bundled(terms(), may, now_s=APRIL_S, allowances_said=PAYS, allowances_due_s=APRIL_S)

    draft = decided(known)

    assert states(draft) == []
    assert due(draft) == at("2026-05-01T00:00:00+00:00")


def test_late_usage_of_last_month_is_told_to_nobody() -> None:
    known = bundled(terms(), uses=[told(used_s=540, month=202602)], allowances_said=PAYS)

    draft = decided(known, call(started_s=NOW_S - 10 * DAY_S, duration_s=120))

    assert (notices(draft), states(draft), due(draft)) == ([], [], NEVER_S)


def test_a_call_a_few_seconds_ahead_of_the_month_is_told_when_the_month_begins() -> None:
    known = bundled(terms(), now_s=APRIL_S - 100, allowances_said=PAYS)
    draft = decided(known, call(started_s=APRIL_S + 10, duration_s=600))
    assert (notices(draft), states(draft), due(draft)) == ([], [], APRIL_S)

    waiting = stored_after(draft, known)
    row, stored = waiting.accounts["acme"], waiting.allowances[1]
    turned = decided(bundled(*stored.plan.terms, uses=stored.uses, now_s=APRIL_S, row=row))

    assert notices(turned) == [("used", "used_up", "b1")]
    assert states(turned) == [{"b1": True}]


def test_an_account_without_bundles_is_told_of_none() -> None:
    draft = decided(bundled(), call())

    assert (notices(draft), states(draft)) == ([], [])
