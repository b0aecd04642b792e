import pytest

from tests.unit.domain.bundling import (
    APRIL_S,
    MARCH,
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
from tests.unit.domain.deciding import NOW_S, call, decided, event
from worker.domain.allowance import Use
from worker.domain.draft import Draft
from worker.domain.event import StatusSet
from worker.domain.lot import NEVER_S
from worker.domain.message import AccountState, AllowanceNotice
from worker.domain.watch_allowances import watch_allowances

MINUTE = 60


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
    known = bundled(terms(), uses=[Use(1, MARCH, used_s, 0)], allowances_said=PAYS)

    assert notices(decided(known, call(duration_s=minutes * MINUTE))) == said


def test_each_share_is_told_once_a_month() -> None:
    known = bundled(terms(), uses=[Use(1, MARCH, 480, 80)], allowances_said=PAYS)
    assert notices(decided(known, call())) == []

    known = bundled(terms(), uses=[Use(1, MARCH, 540, 100)], allowances_said=PAYS)
    draft = decided(known, call())
    assert notices(draft) == []
    assert states(draft) == [{"b1": True}]


def test_a_notice_says_how_much_of_how_much_and_when_it_renews() -> None:
    known = bundled(terms(), timezone="Europe/Berlin", allowances_said=PAYS)

    draft = decided(known, call(duration_s=600))

    (notice,) = [one.body for one in draft.messages if isinstance(one.body, AllowanceNotice)]
    renews_s = APRIL_S - 2 * 3600
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


def test_a_larger_size_renews_a_used_up_bundle_at_once() -> None:
    draft = decided(exhausted(NOW_S), allowance_set(minutes=20))

    assert notices(draft) == [("renewed", "resized", "b1")]
    assert states(draft) == [{"b1": False}]


def test_other_lists_renew_no_bundle_that_stays_used_up() -> None:
    draft = decided(exhausted(NOW_S), allowance_set(prefixes=("49",)))

    assert notices(draft) == []
    assert states(draft) == [{"b1": True}]


def test_a_smaller_size_may_use_a_bundle_up() -> None:
    known = bundled(terms(), uses=[Use(1, MARCH, 300, 0)], allowances_said=PAYS)

    draft = decided(known, allowance_set(minutes=5))

    assert notices(draft) == [("used", "used_up", "b1")]
    assert states(draft) == [{"b1": True}]


def test_a_used_up_bundle_that_gets_seconds_back_pays_again() -> None:
    known = exhausted(NOW_S)
    draft = Draft(known)
    account = draft.accounts["acme"]
    assert account.allowances is not None

    account.allowances.take_back(1, MARCH, 60)
    watch_allowances(account, draft, known)

    assert notices(draft) == [("renewed", "given_back", "b1")]
    assert states(draft) == [{"b1": False}]
    assert due(draft) == NEVER_S


def test_an_ended_bundle_leaves_the_state_and_nothing_more_is_said_of_it() -> None:
    draft = decided(exhausted(NOW_S), allowance_set(minutes=0))

    assert notices(draft) == []
    assert states(draft) == [{}]
    assert due(draft) == NEVER_S


def test_an_account_without_bundles_is_told_of_none() -> None:
    draft = decided(bundled(), call())

    assert (notices(draft), states(draft)) == ([], [])
