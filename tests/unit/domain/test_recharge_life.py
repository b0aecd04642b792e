"""One request and its answers, or none, while time passes."""

import pytest

from tests.unit.domain.deciding import NOW_S, UNIT, armed, call, event, messages
from tests.unit.domain.living import Life, notice
from worker.domain.draft import Outcome
from worker.domain.event import RechargeCompleted, RechargeFailed, RechargePending
from worker.domain.message import Notice, RechargeRequested
from worker.domain.recharge import Recharge, RechargeLimits
from worker.domain.recharge_machine import Stage, stage_of

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR


def asking(limits: RechargeLimits | None = None) -> Life:
    """An account below its trigger that has just asked."""
    life = Life(armed(5 * UNIT), limits)
    life.take(call())
    return life


def only(life: Life) -> Recharge:
    (request,) = life.recharges.values()
    return request


def completed(life: Life, payment: str = "p-9", micros: int = 20 * UNIT) -> RechargeCompleted:
    return RechargeCompleted(life.asked[0].recharge_id, payment, micros, "USD", life.now_s)


def failed(life: Life, outcome: str = "unavailable", attempt: int = 1, retry: str = "") -> RechargeFailed:
    return RechargeFailed(life.asked[-1].recharge_id, attempt, outcome, "code", "text", retry or None)


def pending(life: Life, until_s: int, url: str | None = None) -> RechargePending:
    status = "requires_action" if url is not None else "processing"
    return RechargePending(life.asked[0].recharge_id, status, until_s, url or None)


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


def test_a_payment_under_way_holds_back_both_silence_and_end() -> None:
    life = asking()
    until_s = NOW_S + 3 * DAY

    life.hear(pending(life, until_s))
    life.wait(3 * DAY - 1)
    assert (stage_of(only(life)), len(life.asked)) == (Stage.PENDING, 1)

    life.wait(1)
    assert (stage_of(only(life)), len(life.asked)) == (Stage.SILENT, 1)
    told = notice(life.wait(HOUR), "recharge.expired")
    assert (told.reason, told.times["expires_at"]) == ("pending_too_long", until_s)


def test_before_the_expiry_a_payment_that_was_under_way_too_long_is_asked_about_again() -> None:
    life = asking()

    life.hear(pending(life, NOW_S + HOUR))
    life.wait(HOUR)
    assert stage_of(only(life)) is Stage.RESTING
    life.wait(MINUTE)

    assert [one.attempt for one in life.asked] == [1, 2]


def test_a_pending_payment_waits_at_most_fourteen_days_after_the_expiry() -> None:
    life = asking()

    life.hear(pending(life, NOW_S + 400 * DAY))

    assert only(life).pending_until_s == NOW_S + 15 * DAY
    assert life.row.recharge_due_s == NOW_S + 15 * DAY


@pytest.mark.parametrize("first", [True, False])
def test_pendings_in_any_order_wait_for_the_latest(first: bool) -> None:
    life = asking()
    sooner, later = pending(life, NOW_S + HOUR), pending(life, NOW_S + 2 * HOUR)

    for one in (sooner, later) if first else (later, sooner):
        life.hear(one)

    assert only(life).pending_until_s == NOW_S + 2 * HOUR


def test_a_pending_that_promises_less_than_the_silence_allows_shortens_nothing() -> None:
    life = asking()

    life.hear(pending(life, NOW_S + 1))

    assert life.row.recharge_due_s == NOW_S + 15 * MINUTE


def test_a_payment_under_way_that_turns_out_unavailable_is_asked_about_again() -> None:
    life = asking()
    life.hear(pending(life, NOW_S + HOUR))

    life.hear(failed(life))
    life.wait(MINUTE)

    assert [one.attempt for one in life.asked] == [1, 2]


def test_the_administrator_is_told_once_where_to_act() -> None:
    life = asking()
    for _ in range(2):
        life.hear(pending(life, NOW_S + HOUR, "https://bank/approve"))
    life.hear(pending(life, NOW_S + HOUR))

    assert life.notices == [("recharge.action_required", "requires_action")]
    (told,) = [one.body for one in life.said if isinstance(one.body, Notice)]
    assert (told.facts["action_url"], told.times) == ("https://bank/approve", {"answer_by": NOW_S + HOUR})

    life.hear(pending(life, NOW_S + HOUR, "https://bank/elsewhere"))
    assert len(life.notices) == 2


def test_action_without_a_link_is_told_once_too() -> None:
    life = asking()
    for _ in range(2):
        life.hear(pending(life, NOW_S + HOUR, ""))

    (told,) = [one.body for one in life.said if isinstance(one.body, Notice)]
    assert "action_url" not in told.facts


@pytest.mark.parametrize("state", ["completed", "declined", "expired", "cancelled"])
def test_a_pending_about_a_closed_request_has_no_effect(state: str) -> None:
    life = asking()
    closed = only(life)._replace(state=state)
    life.recharges[closed.recharge_id] = closed
    life.row = life.row._replace(open_recharge_id="", recharge_enabled=False)

    assert life.hear(pending(life, NOW_S + DAY, "https://bank")) is Outcome.APPLIED
    assert (only(life), life.notices) == (closed, [])


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
    life.sweep()

    assert (life.open, life.notices[0]) == ([], ("recharge.expired", "no_answer"))
