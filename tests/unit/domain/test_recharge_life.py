"""One request and its answers, or none, while time passes."""

import pytest

from tests.unit.domain.answering import DAY, HOUR, MINUTE, asking, completed, failed, only
from tests.unit.domain.deciding import NOW_S, UNIT, armed, call, event, messages
from tests.unit.domain.living import Life, notice
from worker.domain.draft import Outcome
from worker.domain.message import RechargeRequested
from worker.domain.recharge import RechargeLimits
from worker.domain.recharge_machine import Stage, stage_of


def test_case_9_without_an_answer_the_same_request_goes_out_three_times_and_then_expires() -> None:
    life = asking()

    moments = [NOW_S]
    for _ in range(7):
        before = len(life.asked)
        life.until_due()
        moments += [life.now_s] * (len(life.asked) - before)

    assert [one - NOW_S for one in moments] == [0, 16 * MINUTE, 32 * MINUTE, 25 * HOUR]
    sent = life.asked[:3]
    assert [one.attempt for one in sent] == [1, 2, 3]
    assert len({(one.recharge_id, one.amount_micros, one.expires_s) for one in sent}) == 1
    assert [one.answer_by_s - NOW_S for one in sent] == [15 * MINUTE, 31 * MINUTE, 47 * MINUTE]
    assert life.asked[3].recharge_id != sent[0].recharge_id


def test_case_9_an_expired_request_is_told_of_and_the_next_cycle_opens() -> None:
    life = asking()

    life.wait(25 * HOUR - 1)
    assert len(life.recharges) == 1
    draft = life.wait(1)

    told = notice(draft, "recharge.expired")
    assert (told.reason, told.facts["attempts"], told.times) == ("no_answer", 1, {"expires_at": NOW_S + DAY})
    assert life.recharges[life.asked[0].recharge_id].state == "expired"
    (again,) = life.open
    assert again.recharge_id != life.asked[0].recharge_id


def test_a_sweep_that_comes_late_sends_the_next_attempt_after_its_moment_of_rest() -> None:
    life = asking()

    life.wait(3 * HOUR)
    assert stage_of(only(life)) is Stage.RESTING
    life.wait(MINUTE)

    assert [one.attempt for one in life.asked] == [1, 2]
    assert only(life).answer_by_s == life.now_s + 15 * MINUTE


def test_no_attempt_goes_out_after_the_expiry() -> None:
    life = asking()
    life.wait(15 * MINUTE)
    assert stage_of(only(life)) is Stage.RESTING

    life.wait(DAY - 15 * MINUTE)
    assert (stage_of(only(life)), len(life.asked)) == (Stage.SILENT, 1)

    life.wait(HOUR)
    assert life.recharges[life.asked[0].recharge_id].state == "expired"


def test_an_attempt_that_would_come_after_the_expiry_is_never_planned() -> None:
    life = asking(RechargeLimits(expires_s=16 * MINUTE))

    life.wait(15 * MINUTE)

    assert stage_of(only(life)) is Stage.SILENT
    assert life.row.recharge_due_s == NOW_S + 16 * MINUTE + HOUR


def test_an_unavailable_payment_service_is_asked_again_after_a_moment_and_counts_no_decline() -> None:
    life = asking()

    life.hear(failed(life))
    assert (len(life.asked), life.row.declines, life.notices) == (1, 0, [])
    life.wait(MINUTE)

    assert [one.attempt for one in life.asked] == [1, 2]


def test_unavailable_three_times_waits_for_the_end() -> None:
    life = asking()
    for attempt in (1, 2, 3):
        life.hear(failed(life, attempt=attempt))
        life.wait(MINUTE)

    assert len(life.asked) == 3
    assert stage_of(only(life)) is Stage.SILENT
    assert life.row.recharge_due_s == NOW_S + 25 * HOUR


def test_case_10_unavailable_of_an_attempt_that_is_over_changes_nothing() -> None:
    life = asking()
    life.hear(failed(life))
    resting = only(life)
    assert life.hear(failed(life)) is Outcome.APPLIED
    assert only(life) == resting

    life.wait(MINUTE)
    asked = only(life)
    assert life.hear(failed(life, attempt=1)) is Outcome.APPLIED
    assert only(life) == asked


@pytest.mark.parametrize("seconds", [15 * MINUTE, 40 * MINUTE, DAY])
def test_money_that_comes_while_a_request_rests_or_is_silent_is_credited(seconds: int) -> None:
    life = asking()
    life.wait(seconds)

    life.hear(completed(life))

    assert (life.row.balance_micros, only(life).state, life.open) == (24 * UNIT, "completed", [])
    assert life.row.recharge_due_s > life.now_s + 300 * DAY


def test_an_answer_in_the_batch_in_which_the_request_would_expire_comes_first() -> None:
    life = asking()
    life.now_s += 30 * HOUR

    life.take(call("c-2"), event(completed(life)))

    assert (only(life).state, life.row.balance_micros) == ("completed", 23 * UNIT)


def test_case_10_late_money_is_credited_and_flagged_and_the_request_after_it_stays_open() -> None:
    life = asking()
    life.wait(25 * HOUR)
    (after,) = life.open

    life.hear(completed(life))

    assert life.row.balance_micros == 24 * UNIT
    assert life.notices[-1] == ("recharge.flagged", "late")
    assert life.open == [after]


def test_every_repetition_says_when_it_was_made_and_what_it_was_first_asked_for() -> None:
    life = asking()
    life.take(call("c-2"))

    life.wait(15 * MINUTE)
    draft = life.wait(MINUTE)

    (again,) = messages(draft, RechargeRequested)
    assert (again.asked_s, again.recharge.requested_s) == (life.now_s, NOW_S)
    assert again.recharge.balance_micros == 4 * UNIT


def test_limits_without_any_wait_come_to_an_end_at_once() -> None:
    none = RechargeLimits(answer_by_s=0, retry_wait_s=0, expires_s=0, grace_s=0)
    life = Life(armed(5 * UNIT, cooldown_s=60), none)

    life.take(call())
    life.wait(MINUTE)

    assert (life.open, life.notices[0]) == ([], ("recharge.expired", "no_answer"))


def test_while_answers_may_wait_unread_a_request_does_not_end_but_is_looked_at_again() -> None:
    life = asking()
    life.unread_s = 2 * HOUR
    life.wait(26 * HOUR)
    assert only(life).is_open
    assert life.row.recharge_due_s == life.now_s + MINUTE

    life.unread_s = 0
    life.until_due()
    assert life.recharges[life.asked[0].recharge_id].state == "expired"
