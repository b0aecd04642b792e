from typing import Any

import pytest

from tests.unit.domain.deciding import DAY_S, NOW_S, UNIT, call, conference, credit, event, funded, leg, lot
from tests.unit.domain.owned import owning
from tests.unit.domain.revising import Ledger, correction, void
from worker.domain.allowance import StoredAllowances, Use
from worker.domain.allowance_plan import Plan, Terms
from worker.domain.chain import revision_key
from worker.domain.decide import Decoded
from worker.domain.draft import Outcome
from worker.domain.entry import (
    CORRECTED_CALL,
    CORRECTED_CONFERENCE,
    FORFEITED,
    HAS_LINES,
    PART_LEG,
    PART_SHARE,
    RESTORED,
    USAGE_CALL,
    USAGE_CONFERENCE,
    USAGE_RETURNED,
)
from worker.domain.lot import Lot
from worker.domain.rejection import Reason
from worker.domain.usage import Usage

USED = call(duration_s=180)


def ledger(*lots: Lot, **given: Any) -> Ledger:  # noqa: ANN401 -- any column
    return Ledger(owning(*lots, **given), *lots)


def charged(*usages: Usage, lots: tuple[Lot, ...] = (lot(1, 9 * UNIT),)) -> Ledger:
    """A ledger in which usage was charged already."""
    made = ledger(*lots)
    assert made.decide(*usages) == [Outcome.CHARGED] * len(usages)
    return made


def test_case_18_a_void_returns_the_charge_to_its_lot() -> None:
    books = charged(USED)

    assert books.decide(void(USED)) == [Outcome.APPLIED]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]
    assert (books.left(), books.account.balance_micros) == ({1: 9 * UNIT}, 9 * UNIT)


def test_what_is_returned_is_the_mirror_of_its_charge_in_the_same_day() -> None:
    books = charged(USED)

    books.decide(void(USED))

    before, after = books.entries
    assert after.event_key == revision_key(USED.key, 1)
    kept = (
        "started_s",
        "day",
        "number",
        "number_shape",
        "duration_s",
        "version_id",
        "prefix_length",
        "codes",
    )
    assert [getattr(after, one) for one in kept] == [getattr(before, one) for one in kept]
    assert (after.source_number, after.lot_number) == (before.source_number, 1)
    assert books.texts[-1].event_id == USED.event_id


def test_the_text_of_a_revision_names_the_usage_of_a_numbered_source() -> None:
    numbered = USED._replace(source_number=3, key="0197f0e2-8f3a-7c11-9a5e-1f2d3c4b5a69")
    books = charged(numbered)
    assert books.texts == []

    books.decide(void(numbered))

    assert [(one.event_id, one.source) for one in books.texts] == [(numbered.key, "")]


def test_every_lot_and_the_debt_get_back_what_each_of_them_paid() -> None:
    two = (lot(1, UNIT, expires_s=NOW_S + DAY_S), lot(2, UNIT))
    books = charged(call(duration_s=300), lots=two)
    assert books.account.debt_micros == 3 * UNIT

    books.decide(void(call(duration_s=300)))

    assert (books.left(), books.account.debt_micros) == ({1: UNIT, 2: UNIT}, 0)
    shares = [(one.lot_number, one.amount_micros // UNIT) for one in books.lines if one.part == PART_SHARE]
    assert shares == [(1, -1), (2, -1), (0, -3), (1, 1), (2, 1), (0, 3)]


def test_a_debt_that_a_purchase_has_paid_comes_back_as_a_refund_for_a_year() -> None:
    books = charged(call(duration_s=300), lots=(lot(1, 2 * UNIT),))
    books.decide(event(credit(2 * UNIT)))
    assert books.account.debt_micros == UNIT

    books.decide(void(call(duration_s=300)))

    refund = books.lots[3]
    assert (refund.kind, refund.amount_micros, books.account.debt_micros) == ("refund", 2 * UNIT, 0)
    assert books.left() == {1: 2 * UNIT, 2: 0, 3: 2 * UNIT}
    assert NOW_S + 365 * DAY_S < refund.expires_s <= NOW_S + 367 * DAY_S
    shares = [(one.lot_number, one.amount_micros // UNIT) for one in books.lines if one.amount_micros > 0]
    assert shares[-3:] == [(1, 2), (0, 1), (3, 2)]


def test_a_second_void_does_nothing_and_says_that_it_was_applied() -> None:
    books = charged(USED)

    assert books.decide(void(USED), void(USED, "v-2")) == [Outcome.APPLIED, Outcome.APPLIED]
    assert books.decide(void(USED, "v-3"), void(USED)) == [Outcome.APPLIED, Outcome.DUPLICATE]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]


def test_one_id_for_two_voids_is_a_conflict() -> None:
    books = charged(USED, call("c-2"))

    assert books.decide(void(USED), void(call("c-2"))) == [Outcome.APPLIED, Reason.CONFLICT]


@pytest.mark.parametrize("turned", [False, True])
def test_a_void_meets_its_usage_in_the_same_batch_whichever_comes_first(turned: bool) -> None:
    books = ledger(lot(1, 9 * UNIT))
    batch: list[Decoded] = [USED, void(USED)]

    outcomes = books.decide(*(batch[::-1] if turned else batch))

    assert sorted(outcomes) == [Outcome.APPLIED, Outcome.CHARGED]
    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]
    assert not books.account.pending_revisions


def test_a_correction_returns_and_charges_in_one_step_at_the_price_of_its_own_start() -> None:
    books = charged(USED)
    corrected = call(duration_s=60, started_s=NOW_S - 3 * DAY_S, number="4912345678")

    assert books.decide(correction(USED, corrected)) == [Outcome.APPLIED]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3), (CORRECTED_CALL, -1)]
    before, _, after = books.entries
    assert after.event_key == revision_key(USED.key, 2)
    assert (after.day, after.started_s) == (before.day, corrected.started_s)
    assert (after.number, after.content_hash) == (4912345678, corrected.content_hash)
    assert books.texts[-1].event_id == USED.event_id


def test_a_correction_may_be_corrected_and_then_voided() -> None:
    books = charged(USED)

    books.decide(correction(USED, call(duration_s=60)), correction(USED, call(duration_s=300), "k-2"))
    books.decide(void(USED))

    kinds = [USAGE_CALL, USAGE_RETURNED, CORRECTED_CALL, USAGE_RETURNED, CORRECTED_CALL, USAGE_RETURNED]
    assert books.booked() == list(zip(kinds, [-3, 3, -1, 1, -5, 5], strict=True))
    assert books.left() == {1: 9 * UNIT}


def test_a_call_may_turn_out_to_have_been_a_conference() -> None:
    books = charged(USED)

    books.decide(correction(USED, conference(leg(), leg(duration_s=120))))
    books.decide(void(USED))

    assert [kind for kind, _ in books.booked()] == [
        USAGE_CALL, USAGE_RETURNED, CORRECTED_CONFERENCE, USAGE_RETURNED,
    ]  # fmt: skip
    assert [one.amount_micros // UNIT for one in books.lines] == [-1, -2, 1, 2]
    assert not books.entries[1].codes & HAS_LINES
    assert books.entries[3].codes & HAS_LINES


def test_a_voided_conference_returns_every_leg() -> None:
    held = conference(leg(), leg(duration_s=90))
    books = charged(held)

    books.decide(void(held))

    assert books.booked() == [(USAGE_CONFERENCE, -3), (USAGE_RETURNED, 3)]
    legs = [(one.leg_id, one.amount_micros // UNIT) for one in books.lines if one.part == PART_LEG]
    assert legs == [("l-0", -1), ("l-1", -2), ("l-0", 1), ("l-1", 2)]


def test_a_correction_of_a_voided_usage_is_a_conflict_and_changes_nothing() -> None:
    books = charged(USED)

    assert books.decide(void(USED), correction(USED, call())) == [Outcome.APPLIED, Reason.CONFLICT]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]


@pytest.mark.parametrize(
    ("corrected", "reason"),
    [
        pytest.param(call(number="33123456789"), Reason.UNRATED, id="no tariff"),
        pytest.param(call(duration_s=DAY_S + 1), Reason.IMPLAUSIBLE, id="too long"),
        pytest.param(call(started_s=NOW_S - 63 * DAY_S), Reason.TOO_OLD, id="of a closed day"),
        pytest.param(call(started_s=NOW_S + 301), Reason.IN_FUTURE, id="of a time to come"),
    ],
)
def test_a_correction_that_cannot_be_charged_is_parked_whole(corrected: Usage, reason: Reason) -> None:
    books = charged(USED)

    assert books.decide(correction(USED, corrected)) == [reason]

    assert books.booked() == [(USAGE_CALL, -3)]


@pytest.mark.parametrize(
    ("started_s", "reason"),
    [(NOW_S - 63 * DAY_S, Reason.TOO_OLD), (NOW_S + 301, Reason.IN_FUTURE)],
)
def test_a_void_of_a_day_that_is_not_open_is_parked(started_s: int, reason: Reason) -> None:
    books = charged(USED)

    assert books.decide(void(USED, started_s=started_s)) == [reason]
    assert not books.pending


def test_a_resend_of_the_original_stays_a_duplicate_and_other_content_a_conflict() -> None:
    books = charged(USED)
    books.decide(correction(USED, call(duration_s=60)))
    books.decide(void(USED))

    assert books.decide(USED, call(duration_s=60)) == [Outcome.DUPLICATE, Reason.CONFLICT]


def test_a_void_before_its_usage_waits_and_meets_it() -> None:
    books = ledger(lot(1, 9 * UNIT))

    assert books.decide(void(USED)) == [Outcome.APPLIED]
    assert (books.account.pending_revisions, books.entries) == (True, [])
    assert books.decide(USED) == [Outcome.CHARGED]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]
    assert (books.account.pending_revisions, books.pending) == (False, {})
    assert books.decide(void(USED)) == [Outcome.DUPLICATE]


def test_revisions_that_wait_are_applied_in_the_order_in_which_they_came() -> None:
    books = ledger(lot(1, 9 * UNIT))
    books.decide(correction(USED, call(duration_s=60)))
    books.decide(void(USED))

    books.decide(USED)

    kinds = [kind for kind, _ in books.booked()]
    assert kinds == [USAGE_CALL, USAGE_RETURNED, CORRECTED_CALL, USAGE_RETURNED]
    assert books.account.balance_micros == 9 * UNIT


def test_the_mark_of_waiting_revisions_stays_for_those_that_are_left() -> None:
    books = ledger(lot(1, 9 * UNIT))
    books.decide(void(USED), void(call("c-2"), "v-2"))

    books.decide(USED)

    assert (books.account.pending_revisions, len(books.pending)) == (True, 1)


def test_a_waiting_correction_that_cannot_be_charged_is_parked_when_its_usage_comes() -> None:
    books = ledger(lot(1, 9 * UNIT))
    books.decide(correction(USED, call(number="33123456789")))

    assert books.decide(USED) == [Outcome.CHARGED]

    assert books.booked() == [(USAGE_CALL, -3)]
    assert (books.late, books.pending, books.account.pending_revisions) == ([Reason.UNRATED], {}, False)


def test_a_void_of_another_day_does_not_meet_the_usage() -> None:
    books = ledger(lot(1, 9 * UNIT))
    books.decide(void(USED, started_s=USED.started_s - DAY_S))

    assert books.decide(USED) == [Outcome.CHARGED]

    assert books.booked() == [(USAGE_CALL, -3)]


def test_money_that_goes_back_to_an_expired_lot_is_lost_at_once() -> None:
    expired = lot(1, 0, amount_micros=9 * UNIT, expires_s=NOW_S - 60)
    books = charged(USED, lots=(lot(1, 9 * UNIT, expires_s=NOW_S + 60),))
    books.lots[1] = expired._replace(left_micros=0, forfeited_micros=6 * UNIT)
    books.account = owning(books.lots[1])
    books.opening = -sum(one.amount_micros for one in books.entries)

    books.decide(void(USED))

    assert books.booked()[1:] == [(USAGE_RETURNED, 3), (FORFEITED, -3)]
    assert (books.left(), books.lots[1].forfeited_micros) == ({1: 0}, 9 * UNIT)


def test_a_correction_may_spend_what_it_has_back_from_an_expired_lot_and_no_more_is_lost() -> None:
    books = charged(USED, lots=(lot(1, 9 * UNIT, expires_s=NOW_S + 60),))
    books.lots[1] = lot(1, 0, amount_micros=9 * UNIT, expires_s=NOW_S - 60, forfeited_micros=6 * UNIT)
    books.account = owning(books.lots[1])
    books.opening = -sum(one.amount_micros for one in books.entries)

    books.decide(correction(USED, call(duration_s=60)))

    assert books.booked()[1:] == [(USAGE_RETURNED, 3), (CORRECTED_CALL, -1), (FORFEITED, -2)]
    assert books.lots[1].forfeited_micros == 8 * UNIT
    assert RESTORED not in [kind for kind, _ in books.booked()]


@pytest.mark.parametrize("corrected", [False, True])
def test_seconds_go_back_to_the_bundle_that_paid_them(corrected: bool) -> None:
    size = Terms(1, 202601, "flat", 2, (), ("toll",), (), (), ())
    books = ledger(lot(1, 9 * UNIT), allowances_made=1)
    books.given = {
        "allowances": {1: StoredAllowances(202601, Plan(202601, (size,)), (Use(1, 202603, 0, 0),))}
    }
    books.decide(USED)
    assert (books.booked(), books.entries[0].bundle_s) == ([(USAGE_CALL, -1)], 120)
    books.given = {
        "allowances": {1: StoredAllowances(202601, Plan(202601, (size,)), (Use(1, 202603, 120, 100),))}
    }

    books.decide(correction(USED, call(duration_s=60)) if corrected else void(USED))

    assert [one.bundle_s for one in books.entries] == [120, -120, 60][: 2 + corrected]
    assert books.booked()[1:] == [(USAGE_RETURNED, 1), (CORRECTED_CALL, 0)][: 1 + corrected]
    assert [one.used_s for one in books.used] == [60 if corrected else 0]


def test_usage_that_cost_nothing_is_voided_without_money() -> None:
    free = call(duration_s=0)
    books = charged(free)

    assert books.decide(void(free), void(free, "v-2")) == [Outcome.APPLIED, Outcome.APPLIED]

    assert books.booked() == [(USAGE_CALL, 0), (USAGE_RETURNED, 0)]


def test_an_account_that_a_void_lifts_above_its_limit_is_no_longer_depleted() -> None:
    books = Ledger(funded(2 * UNIT), lot(1, 2 * UNIT))
    books.decide(USED)
    assert books.account.depleted

    books.decide(void(USED))

    assert (books.account.depleted, books.account.balance_micros) == (False, 2 * UNIT)
