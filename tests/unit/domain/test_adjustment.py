from typing import Any

import pytest

from tests.unit.domain.deciding import NOW_S, UNIT, decided, event, facts, lot, outcome, row
from tests.unit.domain.owned import entries, known, lots_of, said, shares
from worker.domain.account import LARGEST_MICROS
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import FEE, GOODWILL, MIGRATION, RESTORED, WRITE_OFF
from worker.domain.event import Adjusted
from worker.domain.lot import NEVER_S
from worker.domain.message import Notice
from worker.domain.rejection import Reason, Rejection


def adjusted(micros: int, **given: Any) -> Adjusted:  # noqa: ANN401 -- any field
    plain: dict[str, Any] = {"adjustment_id": "a-1", "currency": "USD", "kind": "goodwill"}
    plain |= {"amount_micros": micros, "description": "for the outage", "by": "ops"}
    return Adjusted(**plain | given)


def reason(draft: Draft, index: int = 0) -> tuple[Reason, str]:
    refused = outcome(draft, index)
    assert isinstance(refused, Rejection), refused
    return refused.reason, refused.field


@pytest.mark.parametrize(
    ("kind", "booked"),
    [("fee", FEE), ("goodwill", GOODWILL), ("write_off", WRITE_OFF), ("migration", MIGRATION)],
)
@pytest.mark.parametrize("micros", [1, -1])
def test_every_kind_is_a_line_of_its_own_with_its_description(kind: str, booked: int, micros: int) -> None:
    draft = decided(facts(row()), event(adjusted(micros, kind=kind)))

    (entry,) = draft.entries
    assert (entry.kind, entry.amount_micros, entry.booked_s) == (booked, micros, NOW_S)
    (text,) = draft.texts
    assert (text.event_key, text.call_id) == (entry.event_key, "for the outage")


def test_credit_by_hand_pays_debt_first_and_never_expires() -> None:
    draft = decided(known(debt=2 * UNIT), event(adjusted(5 * UNIT)))

    (given,) = draft.accounts["acme"].current_lots()
    assert (given.kind, given.left_micros, given.expires_s) == ("goodwill", 3 * UNIT, NEVER_S)
    assert shares(draft, draft.entries[0]) == [(0, 2 * UNIT), (1, 3 * UNIT)]
    told = Notice("credit.added", "adjustment", {"amount": 5 * UNIT}, {"adjustment_id": "a-1"})
    assert said(draft, "credit.added") == [told]


def test_a_debit_by_hand_is_paid_like_a_call_that_starts_now() -> None:
    owned = known(
        lot(1, UNIT, expires_s=NOW_S + 1, told=2),
        lot(2, UNIT, kind="promotion"),
        lot(3, 0, left_micros=0, forfeited_micros=UNIT, expires_s=NOW_S),
    )

    draft = decided(owned, event(adjusted(-3 * UNIT)))

    assert shares(draft, draft.entries[0]) == [(1, -UNIT), (2, -UNIT), (0, -UNIT)]
    assert lots_of(draft)[3] == (0, UNIT)
    assert said(draft, "credit.added") == []


def test_a_debit_by_a_clock_that_is_behind_an_expiry_books_what_it_gets_back_of_the_lot() -> None:
    owned = known(lot(1, 2 * UNIT, left_micros=0, forfeited_micros=2 * UNIT, expires_s=NOW_S + 1))

    draft = decided(owned, event(adjusted(-3 * UNIT)))

    assert sum(entry.amount_micros for entry in draft.entries) == draft.accounts["acme"].balance == -UNIT
    (restored,) = entries(draft, RESTORED)
    assert shares(draft, restored) == [(1, 2 * UNIT)]


def test_an_adjustment_counts_once_whatever_event_brings_it() -> None:
    first = decided(facts(row()), event(adjusted(UNIT), "e-1"), event(adjusted(UNIT), "e-2"))

    again = decided(
        facts(row(), adjustments=first.adjustments),
        event(adjusted(UNIT), "e-3"),
        event(adjusted(2 * UNIT), "e-4"),
    )

    assert (outcome(first, 1), outcome(again)) == (Outcome.DUPLICATE, Outcome.DUPLICATE)
    assert first.accounts["acme"].balance == UNIT
    assert reason(again, 1) == (Reason.CONFLICT, "data.adjustment_id")
    assert again.entries == []


@pytest.mark.parametrize(
    ("body", "balance", "why"),
    [
        pytest.param(adjusted(1, currency="EUR"), 0, (Reason.CURRENCY, "data.currency"), id="currency"),
        pytest.param(adjusted(2), LARGEST_MICROS - 1, (Reason.OUT_OF_RANGE, "data.amount"), id="too rich"),
        pytest.param(adjusted(-2), 1 - LARGEST_MICROS, (Reason.OUT_OF_RANGE, "data.amount"), id="too poor"),
    ],
)
def test_what_waits_moves_nothing(body: Adjusted, balance: int, why: tuple[Reason, str]) -> None:
    draft = decided(facts(row(balance_micros=balance)), event(body))

    assert reason(draft) == why
    assert (draft.entries, draft.adjustments) == ([], {})
