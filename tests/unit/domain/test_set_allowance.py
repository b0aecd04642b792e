from datetime import datetime

import pytest

from tests.unit.domain.bundling import MARCH, allowance_set, bundled, stored_after, terms, uses
from tests.unit.domain.deciding import NOW_S, UNIT, call, decided, event, facts, outcome
from worker.domain.allowance import Use
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import MOST_ALLOWANCES
from worker.domain.event import AccountOpened
from worker.domain.rejection import Reason, Rejection
from worker.domain.set_allowance import MOST_AHEAD


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


FEBRUARY_CALL = call("c-f", started_s=at("2026-02-20T12:00:00+00:00"), duration_s=60)


def set_terms(draft: Draft) -> list[tuple[int, int, int]]:
    """Give what was set: (number, month, minutes)."""
    allowances = draft.accounts["acme"].allowances
    assert allowances is not None
    return [(*key, one.minutes) for key, one in sorted(allowances.changed_terms.items())]


def test_a_bundle_pays_from_the_batch_on_in_which_it_is_set() -> None:
    draft = decided(bundled(), call(), allowance_set())

    assert outcome(draft, 1) is Outcome.APPLIED
    assert [(one.amount_micros, one.bundle_s) for one in draft.entries] == [(0, 60)]
    assert draft.accounts["acme"].row.allowances_made == 1


def test_an_account_may_be_opened_with_its_bundle_in_one_batch() -> None:
    opened = event(AccountOpened("USD", "UTC", "standard", "", 0))

    draft = decided(facts(new_account_ids={"acme": 1}), opened, allowance_set(), call())

    assert uses(draft) == {(1, MARCH): 60}


def test_names_get_numbers_in_their_order_and_keep_them() -> None:
    known = bundled()
    draft = decided(known, allowance_set("x", 5), allowance_set("y", 6, "a-2"))
    assert set_terms(draft) == [(1, MARCH, 5), (2, MARCH, 6)]

    known = stored_after(draft, known)
    draft = decided(known, allowance_set("y", 0, "a-3"))
    assert set_terms(draft) == [(2, MARCH, 0)]

    known = stored_after(draft, known)
    draft = decided(known, allowance_set("y", 9, "a-4"), allowance_set("z", 1, "a-5"))
    assert set_terms(draft) == [(2, MARCH, 9), (3, MARCH, 1)]


def test_a_new_size_holds_for_the_whole_month_and_earlier_months_keep_theirs() -> None:
    used = [Use(1, 202602, 60, 0), Use(1, MARCH, 60, 0)]
    known = bundled(terms(minutes=1), uses=used)

    draft = decided(known, allowance_set(minutes=2), FEBRUARY_CALL, call("c-m"))

    assert [(one.amount_micros, one.bundle_s) for one in draft.entries] == [(-UNIT, 0), (0, 60)]


def test_a_size_may_be_set_ahead_and_holds_until_the_one_after_it() -> None:
    may = at("2026-05-10T00:00:00+00:00")

    draft = decided(bundled(terms(minutes=3)), allowance_set(minutes=5, effective_s=may), call())

    assert set_terms(draft) == [(1, 202605, 5)]
    allowances = draft.accounts["acme"].allowances
    assert allowances is not None
    sizes = [allowances.plan.terms_in(1, month) for month in (202604, 202605, 202606)]
    assert [one and one.minutes for one in sizes] == [3, 5, 5]


def test_what_was_set_for_a_later_month_stays_when_an_earlier_one_is_set() -> None:
    known = bundled(terms(minutes=3), terms(minutes=9, from_month=202605))

    draft = decided(known, allowance_set(minutes=4))

    allowances = draft.accounts["acme"].allowances
    assert allowances is not None
    sizes = [allowances.plan.terms_in(1, month) for month in (202602, MARCH, 202604, 202605)]
    assert [one and one.minutes for one in sizes] == [3, 4, 4, 9]


def test_a_bundle_that_begins_later_pays_nothing_yet() -> None:
    draft = decided(bundled(terms(from_month=202604)), call())

    assert draft.entries[0].bundle_s == 0


def test_shrinking_below_what_is_used_charges_nothing_again_and_pays_nothing_more() -> None:
    known = bundled(terms(minutes=10), uses=[Use(1, MARCH, 400, 0)])

    draft = decided(known, allowance_set(minutes=5), call())

    assert [one.amount_micros for one in draft.entries] == [-UNIT]
    assert uses(draft) == {(1, MARCH): 400}


def test_no_minutes_end_a_bundle() -> None:
    draft = decided(bundled(terms()), allowance_set(minutes=0), call())

    assert draft.entries[0].amount_micros == -UNIT


def test_new_lists_hold_with_the_new_size() -> None:
    draft = decided(bundled(terms()), allowance_set(prefixes=("33",)), call())

    assert draft.entries[0].amount_micros == -UNIT


@pytest.mark.parametrize(
    ("timezone", "effective", "month"),
    [
        ("UTC", "2026-03-31T23:59:59+00:00", 202603),
        ("Europe/Berlin", "2026-03-31T22:00:00+00:00", 202604),
        ("America/New_York", "2026-04-01T03:59:59+00:00", 202603),
        ("UTC", "0001-01-01T00:00:00+00:00", 197001),
        ("Asia/Tokyo", "9999-12-31T23:59:59+00:00", 999801),
    ],
)
def test_the_month_in_which_it_takes_effect_is_the_tenants(timezone: str, effective: str, month: int) -> None:
    draft = decided(bundled(timezone=timezone), allowance_set(effective_s=at(effective)))

    assert set_terms(draft) == [(1, month, 10)]


def test_one_name_more_than_an_account_can_have_is_refused_for_good() -> None:
    owned = [terms(number, minutes=0) for number in range(1, MOST_ALLOWANCES + 1)]

    draft = decided(bundled(*owned), allowance_set("one more"), allowance_set("b255", 7, "a-2"))

    refused = outcome(draft, 0)
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.field) == (Reason.POLICY_IMPOSSIBLE, "data.allowance")
    assert "255" in refused.detail
    assert outcome(draft, 1) is Outcome.APPLIED


def test_more_changes_ahead_than_are_read_are_refused_for_good() -> None:
    ahead = [terms(from_month=203001 + 100 * (step // 12) + step % 12) for step in range(MOST_AHEAD)]
    known = bundled(terms(), *ahead)
    again, more = at("2030-01-05T00:00:00+00:00"), at("2100-01-05T00:00:00+00:00")

    draft = decided(
        known,
        allowance_set(effective_s=more),
        allowance_set(event_id="a-2", effective_s=again),
        allowance_set(event_id="a-3", effective_s=NOW_S),
    )

    refused = outcome(draft, 0)
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.field) == (Reason.POLICY_IMPOSSIBLE, "data.effective_from")
    assert [outcome(draft, 1), outcome(draft, 2)] == [Outcome.APPLIED, Outcome.APPLIED]
