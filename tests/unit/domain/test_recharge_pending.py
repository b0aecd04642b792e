"""A payment that is under way holds its request open, within limits."""

import pytest

from tests.unit.domain.answering import DAY, HOUR, MINUTE, asking, failed, only, pending
from tests.unit.domain.deciding import NOW_S
from tests.unit.domain.living import notice
from worker.domain.draft import Outcome
from worker.domain.message import Notice
from worker.domain.recharge import RechargeLimits
from worker.domain.recharge_machine import Stage, stage_of


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


def test_a_payment_that_is_told_of_after_every_attempt_holds_the_end_back_too() -> None:
    life = asking(RechargeLimits(attempts=1))
    life.wait(15 * MINUTE)
    assert stage_of(only(life)) is Stage.SILENT

    life.hear(pending(life, NOW_S + 3 * DAY))

    assert stage_of(only(life)) is Stage.PENDING
    assert life.row.recharge_due_s == NOW_S + 3 * DAY


def test_a_payment_that_is_told_of_while_the_request_rests_sends_nothing_again() -> None:
    life = asking()
    life.wait(15 * MINUTE)

    life.hear(pending(life, NOW_S + HOUR))
    life.wait(30 * MINUTE)

    assert (stage_of(only(life)), len(life.asked)) == (Stage.PENDING, 1)
