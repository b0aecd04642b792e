from typing import Any

import pytest

from tests.unit.domain.deciding import (
    INSTALLATION,
    NOW_S,
    UNIT,
    armed,
    call,
    credit,
    decided,
    event,
    facts,
    funded,
    messages,
    outcome,
    request,
    row,
)
from worker.domain.account import AccountRow
from worker.domain.draft import Draft, Outcome
from worker.domain.event import Event, RechargeCompleted, RechargeFailed
from worker.domain.facts import Facts
from worker.domain.message import Notice, RechargeRequested
from worker.domain.recharge import recharge_id
from worker.domain.rejection import Reason, Rejection

ASKED = recharge_id(INSTALLATION, "acme", 1)
NEXT = recharge_id(INSTALLATION, "acme", 2)


def waiting(micros: int = 5 * UNIT) -> AccountRow:
    return armed(micros, open_recharge_id=ASKED, recharge_cycle=1)


def with_request(**given: Any) -> Facts:  # noqa: ANN401 -- any fact
    return facts(waiting(), recharges=[request(ASKED)], **given)


def completed(
    micros: int = 20 * UNIT, recharge: str = ASKED, payment: str = "p-9", currency: str = "USD"
) -> Event:
    return event(RechargeCompleted(recharge, payment, micros, currency, NOW_S), f"d-{payment}")


def failed(attempt: int = 1, outcome: str = "declined", recharge_id: str = ASKED) -> Event:
    return event(RechargeFailed(recharge_id, attempt, outcome, "c", "m", None))


def flags(draft: Draft) -> list[str]:
    return [one.reason for one in messages(draft, Notice) if one.name == "recharge.flagged"]


def refusal(draft: Draft, index: int = 0) -> tuple[Reason, str]:
    refused = outcome(draft, index)
    assert isinstance(refused, Rejection)
    return refused.reason, refused.field


def test_a_completed_request_is_credited_and_closed() -> None:
    draft = decided(with_request(), completed())

    account = draft.accounts["acme"]
    assert (account.balance, account.row.open_recharge_id) == (25 * UNIT, "")
    closed = draft.recharges[ASKED]
    assert (closed.state, closed.payment_id, closed.granted_micros) == ("completed", "p-9", 20 * UNIT)
    assert (flags(draft), messages(draft, RechargeRequested)) == ([], [])


def test_case_10_the_same_answer_again_credits_nothing() -> None:
    draft = decided(with_request(), completed(), completed())

    assert outcome(draft, 1) is Outcome.DUPLICATE
    assert draft.accounts["acme"].balance == 25 * UNIT


def test_case_10_a_second_payment_of_a_request_waits_for_a_person() -> None:
    draft = decided(with_request(), completed(), completed(payment="p-10"))

    assert refusal(draft, 1) == (Reason.CONFLICT, "data.recharge_id")
    assert draft.accounts["acme"].balance == 25 * UNIT


def test_case_10_another_amount_is_credited_as_granted_and_flagged() -> None:
    draft = decided(with_request(), completed(15 * UNIT))

    assert draft.accounts["acme"].balance == 20 * UNIT
    assert flags(draft) == ["other_amount"]


@pytest.mark.parametrize("state", ["declined", "expired", "cancelled"])
def test_case_10_money_that_comes_late_is_credited_all_the_same(state: str) -> None:
    late = facts(funded(5 * UNIT), recharges=[request(ASKED, state=state)])

    draft = decided(late, completed())

    assert draft.accounts["acme"].balance == 25 * UNIT
    assert flags(draft) == ["late"]


def test_an_answer_to_a_request_that_nobody_remembers_is_credited_and_its_id_never_used() -> None:
    draft = decided(facts(armed(-90 * UNIT)), completed())

    assert flags(draft) == ["unknown_request"]
    assert draft.recharges[ASKED].state == "completed"
    (asked,) = messages(draft, RechargeRequested)
    assert asked.recharge.recharge_id == NEXT
    # So that later batches read which ids were settled.
    assert draft.accounts["acme"].row.stray_settlements


def test_an_id_that_was_settled_before_its_request_is_skipped_when_it_is_asked() -> None:
    draft = decided(facts(armed(9 * UNIT), settled_strays=frozenset({ASKED})), call())

    (asked,) = messages(draft, RechargeRequested)
    assert asked.recharge.recharge_id == NEXT
    assert draft.accounts["acme"].row.recharge_cycle == 2


def test_another_tenants_request_is_not_paid_here() -> None:
    foreign = facts(row(account_id=2, tenant_id="acme"), recharges=[request(ASKED)])

    assert refusal(decided(foreign, completed())) == (Reason.CONFLICT, "data.recharge_id")
    assert refusal(decided(foreign, failed())) == (Reason.CONFLICT, "data.recharge_id")


def test_money_in_another_currency_is_never_converted() -> None:
    draft = decided(with_request(), completed(currency="EUR"))

    assert refusal(draft) == (Reason.CURRENCY, "data.currency")
    assert draft.recharges == {}


def test_a_payment_that_was_booked_by_hand_still_closes_its_request() -> None:
    draft = decided(with_request(), event(credit(20 * UNIT, "p-9"), "c-1"), completed())

    assert draft.accounts["acme"].balance == 25 * UNIT
    assert draft.recharges[ASKED].state == "completed"


def test_a_payment_with_another_amount_than_it_had_is_a_conflict() -> None:
    draft = decided(with_request(known_payments={(1, "p-9"): UNIT}), completed())

    assert refusal(draft) == (Reason.CONFLICT, "data.payment_id")


def test_still_below_the_trigger_the_next_request_follows_at_once() -> None:
    low = facts(waiting(-90 * UNIT), recharges=[request(ASKED)])

    draft = decided(low, completed())

    (asked,) = messages(draft, RechargeRequested)
    assert (asked.recharge.recharge_id, asked.recharge.balance_micros) == (NEXT, -70 * UNIT)


def test_new_money_starts_asking_again() -> None:
    blocked = armed(-90 * UNIT, recharge_block="declined", recharge_cycle=1)

    draft = decided(facts(blocked), event(credit(UNIT)))

    assert len(messages(draft, RechargeRequested)) == 1


@pytest.mark.parametrize(
    ("given", "state"),
    [
        pytest.param({"outcome": "unavailable", "attempt": 2}, None, id="unavailable of another attempt"),
        pytest.param({"recharge_id": "unknown"}, None, id="an unknown request"),
        pytest.param({"attempt": 2}, "declined", id="declined of any attempt counts"),
    ],
)
def test_only_an_answer_about_the_open_attempt_fails_it(given: dict[str, Any], state: str | None) -> None:
    draft = decided(with_request(), failed(**given))

    found = draft.recharges.get(ASKED)
    assert (found and found.state) == state
    assert outcome(draft) is Outcome.APPLIED
