from tests.unit.domain.bundling import (
    APRIL_S,
    MAY_S,
    PAYS,
    allowance_set,
    bundled,
    due,
    exhausted,
    notices,
    states,
    stored_after,
    terms,
)
from tests.unit.domain.deciding import DAY_S, NOW_S, call, decided
from worker.domain.allowance import Use
from worker.domain.lot import NEVER_S
from worker.domain.message import AccountState


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
    assert due(draft) == MAY_S


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
    assert due(draft) == MAY_S


def test_late_usage_of_last_month_is_told_to_nobody() -> None:
    known = bundled(terms(), uses=[Use(1, 202602, 540, 0)], allowances_said=PAYS)

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
