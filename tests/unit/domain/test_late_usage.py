from typing import Any

from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    call,
    conference,
    decided,
    facts,
    leg,
    lot,
)
from tests.unit.domain.owned import entries, known, lots_of, owning, shares
from worker.domain.decide import decide
from worker.domain.entry import RESTORED
from worker.domain.facts import Wanted
from worker.domain.lot import Lot

PAST = NOW_S - DAY_S


def forfeited(number: int, micros: int, **given: Any) -> Lot:  # noqa: ANN401 -- any field
    """A lot that expired yesterday with so much left."""
    plain = {"left_micros": 0, "forfeited_micros": micros, "expires_s": PAST, "told": 2}
    return lot(number, 9 * UNIT, **plain | given)


def test_late_usage_from_before_an_expiry_gets_back_what_it_needs_and_no_more() -> None:
    draft = decided(known(forfeited(1, 5 * UNIT)), late := call(started_s=PAST - 1, duration_s=120))

    assert lots_of(draft) == {1: (0, 3 * UNIT)}
    account = draft.accounts["acme"].after()
    assert (account.balance_micros, account.debt_micros) == (0, 0)
    (restored,) = entries(draft, RESTORED)
    assert (restored.amount_micros, restored.lot_number) == (2 * UNIT, 1)
    assert (restored.started_s, restored.booked_s) == (PAST - 1, NOW_S)
    assert restored.event_key != late.key
    (used,) = entries(draft, 1)
    assert (used.amount_micros, used.lot_number) == (-2 * UNIT, 1)


def test_usage_from_the_expiry_on_gets_nothing_back() -> None:
    draft = decided(known(forfeited(1, 5 * UNIT), lot(2, 5 * UNIT)), call(started_s=PAST))

    assert entries(draft, RESTORED) == []
    assert lots_of(draft) == {1: (0, 5 * UNIT), 2: (4 * UNIT, 0)}


def test_a_forfeited_lot_pays_late_usage_first_as_if_it_had_come_in_time() -> None:
    both = known(forfeited(1, UNIT), lot(2, 5 * UNIT))

    draft = decided(both, call(started_s=PAST - 1, duration_s=180))

    (used,) = entries(draft, 1)
    assert shares(draft, used) == [(1, -UNIT), (2, -2 * UNIT)]
    assert draft.accounts["acme"].balance == 3 * UNIT


def test_late_usage_takes_back_from_several_lots_in_the_order_of_their_expiries() -> None:
    earlier = forfeited(1, UNIT, expires_s=PAST - DAY_S)

    draft = decided(known(earlier, forfeited(2, 5 * UNIT)), call(started_s=PAST - DAY_S - 1, duration_s=180))

    (restored,) = entries(draft, RESTORED)
    assert shares(draft, restored) == [(1, UNIT), (2, 2 * UNIT)]
    between = decided(known(earlier, forfeited(2, 5 * UNIT)), call(started_s=PAST - 1, duration_s=180))
    (restored,) = entries(between, RESTORED)
    assert shares(between, restored) == [(2, 3 * UNIT)]


def test_the_fast_way_is_left_only_by_usage_from_before_the_last_forfeited_expiry() -> None:
    stored = owning(forfeited(1, UNIT), lot(2, 5 * UNIT))

    in_time = decided(facts(stored, lots={}), call(started_s=PAST))
    late = decide([call(started_s=PAST - 1)], facts(stored, lots={}))

    assert in_time.accounts["acme"].balance == 4 * UNIT
    assert late == Wanted(frozenset({1}), ())


def test_what_was_given_back_wholly_is_waited_for_no_more() -> None:
    draft = decided(known(forfeited(1, UNIT)), call(started_s=PAST - 1))

    assert draft.accounts["acme"].after().forfeited_until_s == 0


def test_every_restored_amount_has_a_key_of_its_own() -> None:
    same = call(started_s=PAST - 1)
    sources = [same, same._replace(source_number=1), same._replace(source_number=2)]
    meeting = conference(leg(started_s=PAST - 2), leg(started_s=PAST - 3))

    today = decided(known(forfeited(1, 9 * UNIT)), *sources, meeting)
    before = decided(known(forfeited(1, 9 * UNIT)), call(started_s=PAST - 1 - DAY_S))

    keys = [entry.event_key for draft in (today, before) for entry in entries(draft, RESTORED)]
    assert len(keys) == len(set(keys)) == 5
