import pytest

from tests.unit.domain.bundling import MARCH, terms
from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    call,
    conference,
    credit,
    event,
    funded,
    leg,
    lot,
)
from tests.unit.domain.owned import owning
from tests.unit.domain.revising import USED, Ledger, charged, correction, ledger, void
from worker.domain.allowance import StoredAllowances, Use
from worker.domain.allowance_plan import Plan
from worker.domain.chain import revision_key
from worker.domain.draft import Outcome
from worker.domain.entry import (
    CORRECTED_CALL,
    FORFEITED,
    PART_ALLOWANCE,
    PART_LEG,
    PART_SHARE,
    RESTORED,
    USAGE_CALL,
    USAGE_CONFERENCE,
    USAGE_RETURNED,
)


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


def test_a_voided_conference_returns_every_leg() -> None:
    held = conference(leg(), leg(duration_s=90))
    books = charged(held)

    books.decide(void(held))

    assert books.booked() == [(USAGE_CONFERENCE, -3), (USAGE_RETURNED, 3)]
    legs = [(one.leg_id, one.amount_micros // UNIT) for one in books.lines if one.part == PART_LEG]
    assert legs == [("l-0", -1), ("l-1", -2), ("l-0", 1), ("l-1", 2)]


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


def bundle(minutes: int, used_s: int = 0) -> StoredAllowances:
    return StoredAllowances(202501, Plan(202501, (terms(1, minutes),)), (Use(1, MARCH, used_s, 0),))


@pytest.mark.parametrize("corrected", [False, True])
def test_seconds_go_back_to_the_bundle_that_paid_them(corrected: bool) -> None:
    books = ledger(lot(1, 9 * UNIT), allowances_made=1)
    books.given = {"allowances": {1: bundle(2)}}
    books.decide(USED)
    assert (books.booked(), books.entries[0].bundle_s) == ([(USAGE_CALL, -1)], 120)
    books.given = {"allowances": {1: bundle(2, used_s=120)}}

    books.decide(correction(USED, call(duration_s=60)) if corrected else void(USED))

    assert [one.bundle_s for one in books.entries] == [120, -120, 60][: 2 + corrected]
    assert books.booked()[1:] == [(USAGE_RETURNED, 1), (CORRECTED_CALL, 0)][: 1 + corrected]
    assert [one.used_s for one in books.used] == [60 if corrected else 0]


def test_a_returned_conference_uses_up_no_bundle() -> None:
    books = ledger(lot(1, 9 * UNIT), allowances_made=1)
    books.given = {"allowances": {1: bundle(3)}}
    held = conference(leg(), leg(duration_s=180))
    books.decide(held)
    books.given = {"allowances": {1: bundle(3, used_s=180)}}

    books.decide(void(held))

    paid = [one.bundle_s for one in books.lines if one.part == PART_ALLOWANCE]
    legs = [one.bundle_s for one in books.lines if one.part == PART_LEG]
    assert (paid, legs) == ([60, 120, -60, -120], [60, 120, -60, -120])
    assert [one.used_s for one in books.used] == [0]


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
