import pytest

from tests.unit.domain.deciding import (
    NOW_S,
    UNIT,
    call,
    credit,
    decided,
    event,
    facts,
    funded,
    lot,
)
from tests.unit.domain.owned import known, lots_of, said
from tests.unit.domain.revising import USED, charged, void
from worker.domain.draft import Outcome
from worker.domain.entry import FORFEITED, USAGE_CALL, USAGE_RETURNED
from worker.domain.event import StatusSet
from worker.domain.message import Notice


def test_closing_forfeits_promotions_and_leaves_purchases() -> None:
    gift = lot(2, 3 * UNIT, kind="promotion", payment_id="gift")

    draft = decided(known(lot(1, UNIT), gift), event(StatusSet("closed", "left")))

    assert lots_of(draft) == {1: (UNIT, 0), 2: (0, 3 * UNIT)}
    (told,) = said(draft, "credit.expired")
    assert told == Notice("credit.expired", "account_closed", {"amount": 3 * UNIT}, {"payment_id": "gift"})


@pytest.mark.parametrize("status", ["suspended", "active"])
def test_only_closing_forfeits(status: str) -> None:
    draft = decided(known(lot(1, UNIT, kind="promotion")), event(StatusSet(status, "r")))

    assert draft.entries == []


def test_usage_from_before_the_closing_still_spends_a_promotion_and_later_usage_does_not() -> None:
    closed = decided(known(lot(1, 9 * UNIT, kind="promotion")), event(StatusSet("closed", "left")))
    after = facts(closed.accounts["acme"].after(), lots={1: closed.accounts["acme"].current_lots()})

    before = decided(after, call(started_s=NOW_S - 1))
    later = decided(after, call(started_s=NOW_S))

    assert before.accounts["acme"].balance == 0
    assert later.accounts["acme"].balance == -UNIT


def test_what_goes_back_to_a_promotion_after_the_closing_is_lost_at_once() -> None:
    books = charged(USED, lots=(lot(1, 3 * UNIT, kind="promotion"), lot(2, UNIT)))
    assert books.decide(event(StatusSet("closed", "left"))) == [Outcome.APPLIED]

    assert books.decide(void(USED)) == [Outcome.APPLIED]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3), (FORFEITED, -3)]
    assert books.left() == {1: 0, 2: UNIT}


def test_reopened_it_has_no_promotion_and_a_purchase() -> None:
    closed = decided(known(lot(1, UNIT), lot(2, UNIT, kind="promotion")), event(StatusSet("closed", "left")))
    after = facts(closed.accounts["acme"].after(), lots={1: closed.accounts["acme"].current_lots()})

    draft = decided(after, event(StatusSet("active", "back")))

    account = draft.accounts["acme"].after()
    assert (account.status, account.balance_micros) == ("active", UNIT)


def test_a_promotion_given_to_a_closed_account_is_not_what_closing_forfeits() -> None:
    shut = facts(funded(UNIT, status="closed"), lots={1: [lot(1, UNIT)]})

    draft = decided(shut, event(credit(UNIT, "gift", kind="promotion")))

    assert draft.accounts["acme"].balance == 2 * UNIT
