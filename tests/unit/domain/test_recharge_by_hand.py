"""Credit that the administrator adds by hand."""

import pytest

from tests.unit.domain.deciding import INSTALLATION, NOW_S, UNIT, armed, call, event, funded
from tests.unit.domain.living import Life
from worker.domain.draft import Outcome
from worker.domain.event import CreditRequested, RechargeCompleted, StatusSet
from worker.domain.message import Notice, RechargeCancelled
from worker.domain.recharge import by_hand_id
from worker.domain.rejection import Reason, Rejection

DAY = 86_400


def wish(request_id: str = "q-1", micros: int = 20 * UNIT, by: str | None = "Ada") -> CreditRequested:
    return CreditRequested(request_id, micros, "USD", by)


def refusal(outcome: Outcome | Rejection) -> tuple[Reason, str]:
    assert isinstance(outcome, Rejection)
    return outcome.reason, outcome.field


def paid(life: Life, request_id: str = "q-1") -> RechargeCompleted:
    name = by_hand_id(INSTALLATION, "acme", request_id)
    return RechargeCompleted(name, f"p-{request_id}", 20 * UNIT, "USD", life.now_s)


def test_a_request_by_hand_asks_at_once_beside_the_automatic_one() -> None:
    life = Life(armed(5 * UNIT))
    life.take(call())

    life.hear(wish())

    automatic, by_hand = life.asked
    assert (by_hand.reason, by_hand.amount_micros, by_hand.units) == ("manual", 20 * UNIT, 1)
    assert (by_hand.request_id, by_hand.requested_by, by_hand.trigger_micros) == ("q-1", "Ada", None)
    assert by_hand.recharge_id == by_hand_id(INSTALLATION, "acme", "q-1")
    assert life.open == [automatic, by_hand]


def test_without_auto_recharge_it_asks_too() -> None:
    life = Life(funded(50 * UNIT))

    life.hear(wish())

    assert [one.reason for one in life.open] == ["manual"]


def test_a_request_id_counts_once_for_ever() -> None:
    life = Life(funded(50 * UNIT))
    life.hear(wish())
    assert life.hear(wish()) is Outcome.DUPLICATE
    life.hear(paid(life))

    assert life.hear(wish()) is Outcome.DUPLICATE
    assert refusal(life.hear(wish(micros=30 * UNIT))) == (Reason.CONFLICT, "data.request_id")
    assert refusal(life.hear(wish(by="Bob"))) == (Reason.CONFLICT, "data.request_id")
    assert len(life.asked) == 1


def test_twice_in_one_batch_asks_once() -> None:
    life = Life(funded(50 * UNIT))

    draft = life.take(event(wish(), "e-1"), event(wish(), "e-2"))

    assert draft.outcomes == {0: Outcome.APPLIED, 1: Outcome.DUPLICATE}


def test_the_sixth_is_refused_with_a_notice_and_may_be_wished_again() -> None:
    life = Life(funded(50 * UNIT))
    for number in range(5):
        life.hear(wish(f"q-{number}"))

    assert life.hear(wish("q-5")) is Outcome.APPLIED
    told = life.said[-1].body
    assert isinstance(told, Notice)
    assert (told.name, told.reason) == ("recharge.suppressed", "too_many_by_hand")
    assert (told.facts, told.amounts) == ({"request_id": "q-5"}, {"amount": 20 * UNIT})
    assert (len(life.asked), life.row.suppressed) == (5, "")

    life.hear(paid(life, "q-0"))
    assert life.hear(wish("q-5")) is Outcome.APPLIED
    assert len(life.asked) == 6


def test_it_counts_towards_the_cap_and_is_never_refused_because_of_it() -> None:
    life = Life(armed(50 * UNIT, monthly_cap_micros=50 * UNIT))
    for number in range(3):
        life.hear(wish(f"q-{number}"))
    assert (len(life.asked), life.row.recharge_month_micros) == (3, 60 * UNIT)

    life.take(call(duration_s=45 * 60))
    assert (len(life.asked), life.row.suppressed) == (3, "monthly_cap")


def test_it_is_no_automatic_request_of_the_day_and_starts_no_cooldown() -> None:
    life = Life(armed(50 * UNIT, daily_count=1, cooldown_s=DAY))
    life.hear(wish())
    life.hear(paid(life))

    life.take(call(duration_s=65 * 60))

    assert [one.reason for one in life.open] == ["trigger"]
    assert life.row.recharges_of_day == 1


def test_its_money_is_credited_and_another_one_may_follow() -> None:
    life = Life(funded(50 * UNIT))
    life.hear(wish())

    assert life.hear(paid(life)) is Outcome.APPLIED
    assert life.hear(paid(life)) is Outcome.DUPLICATE

    assert (life.row.balance_micros, life.row.open_by_hand) == (70 * UNIT, 0)


def test_it_lives_through_silence_and_ends_like_any_other() -> None:
    life = Life(funded(50 * UNIT))
    life.hear(wish())
    life.wait(15 * 60)
    life.wait(60)
    assert [one.attempt for one in life.asked] == [1, 2]

    life.wait(25 * 3600)
    assert (life.open, life.row.open_by_hand) == ([], 0)
    assert life.notices == [("recharge.expired", "no_answer")]
    assert life.row.next_due_s > NOW_S + 300 * DAY


def test_clocks_of_several_requests_run_beside_each_other() -> None:
    life = Life(funded(50 * UNIT))
    life.hear(wish("q-1"))
    life.now_s += 300
    life.hear(wish("q-2"))
    assert life.row.recharge_due_s == NOW_S + 900

    life.wait(600)
    assert life.row.recharge_due_s == NOW_S + 960
    life.wait(60)
    assert [one.request_id for one in life.asked] == ["q-1", "q-2", "q-1"]
    assert life.row.recharge_due_s == NOW_S + 1200


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_an_account_that_ends_takes_back_everything_that_is_open(status: str) -> None:
    life = Life(armed(5 * UNIT))
    life.take(call())
    life.hear(wish())

    life.hear(StatusSet(status, "r"))

    taken = {one.body.recharge_id for one in life.said if isinstance(one.body, RechargeCancelled)}
    assert taken == {one.recharge_id for one in life.asked}
    assert {one.body.reason for one in life.said if isinstance(one.body, RechargeCancelled)} == {status}
    assert (life.open, life.row.open_by_hand, life.row.open_recharge_id) == ([], 0, "")
    assert life.row.recharge_month_micros == 0


def test_a_suspended_account_may_still_be_paid_for_by_hand() -> None:
    life = Life(armed(5 * UNIT, status="suspended"))

    assert life.hear(wish()) is Outcome.APPLIED
    assert [one.reason for one in life.open] == ["manual"]


def test_a_wish_that_was_paid_before_it_was_remembered_is_not_asked_for_again() -> None:
    life = Life(funded(50 * UNIT))
    life.hear(paid(life))
    assert life.notices[-1] == ("recharge.flagged", "unknown_request")

    assert life.hear(wish()) is Outcome.DUPLICATE
    assert (life.asked, life.row.balance_micros) == ([], 70 * UNIT)
