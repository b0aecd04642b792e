"""The daily count and the cooldown, by the tenant's own calendar, and when it asks by itself again."""

import pytest

from tests.unit.domain.deciding import UNIT, call, messages
from tests.unit.domain.tenant_of_zone import DAY, HOUR, at, decline, pay, tenant
from worker.domain.event import AutoRechargeSet, StatusSet
from worker.domain.message import RechargeRequested


@pytest.mark.parametrize(
    ("zone", "when", "opens"),
    [
        pytest.param("UTC", "2026-03-31T22:00", "2026-04-01T00:00", id="a month's end"),
        pytest.param("Europe/Berlin", "2026-03-29T00:30", "2026-03-30T00:00", id="a day of 23 hours"),
        pytest.param("Europe/Berlin", "2026-10-25T00:30", "2026-10-26T00:00", id="a day of 25 hours"),
        pytest.param("Pacific/Kiritimati", "2026-03-10T22:00", "2026-03-11T00:00", id="UTC+14"),
    ],
)
def test_the_daily_count_holds_until_the_next_local_day(zone: str, when: str, opens: str) -> None:
    life = tenant(zone, when, daily_count=2, cooldown_s=0)
    pay(life)
    pay(life)
    assert (life.open, life.row.suppressed) == ([], "daily_count")

    life.now_s = at(zone, opens) - 1
    life.take(call("c-2", started_s=life.now_s))
    assert life.open == []
    life.wait(1)

    assert len(life.open) == 1
    assert life.row.recharges_of_day == 1


def test_the_daily_count_counts_requests_whatever_became_of_them_and_no_attempts() -> None:
    life = tenant("UTC", "2026-03-10T01:00", daily_count=2)
    life.wait(15 * 60)
    life.wait(60)
    assert (life.asked[-1].attempt, life.row.recharges_of_day) == (2, 1)
    decline(life)
    life.wait(HOUR)
    assert life.row.recharges_of_day == 2
    pay(life)
    life.wait(60)

    assert (life.open, life.row.suppressed) == ([], "daily_count")


def test_the_cooldown_runs_from_the_close_of_the_last_automatic_request() -> None:
    life = tenant("UTC", "2026-03-10T01:00", cooldown_s=1000)
    life.wait(500)
    pay(life)
    assert (life.open, life.row.suppressed) == ([], "cooldown")
    assert life.row.recharge_due_s == life.now_s + 1000

    life.wait(999)
    assert life.open == []
    life.wait(1)
    assert len(life.open) == 1


def test_a_new_cooldown_counts_from_the_same_close() -> None:
    life = tenant("UTC", "2026-03-10T01:00", cooldown_s=1000)
    pay(life)
    shorter = AutoRechargeSet(True, "USD", 10 * UNIT, 20 * UNIT, None, 1, None, 5, 400)
    life.wait(100)
    life.hear(shorter)
    assert life.row.recharge_due_s == life.now_s + 300

    life.wait(300)
    assert len(life.open) == 1


def test_of_several_holds_the_last_to_open_is_told_and_waited_for() -> None:
    life = tenant("UTC", "2026-03-10T23:59", daily_count=1, cooldown_s=2 * DAY)
    pay(life)

    assert life.notices[-1] == ("recharge.suppressed", "cooldown")
    assert life.row.recharge_due_s == life.now_s + 2 * DAY


def test_another_reason_is_told_again_and_asking_ends_it() -> None:
    life = tenant("UTC", "2026-03-10T12:00", cooldown_s=60, daily_count=2)
    pay(life)
    life.wait(60)
    pay(life)
    life.wait(60)
    reasons = [reason for name, reason in life.notices if name == "recharge.suppressed"]

    assert reasons == ["cooldown", "daily_count"]


def test_a_reason_that_holds_again_after_a_request_is_told_again() -> None:
    life = tenant("UTC", "2026-03-10T12:00", cooldown_s=60)
    pay(life)
    life.take(call("c-2", started_s=life.now_s))
    life.wait(60)
    assert life.row.suppressed == ""
    pay(life)
    reasons = [reason for name, reason in life.notices if name == "recharge.suppressed"]

    assert reasons == ["cooldown", "cooldown"]


def test_a_window_that_opens_while_the_balance_is_fine_asks_for_nothing() -> None:
    life = tenant("UTC", "2026-03-10T12:00", cooldown_s=600)
    pay(life, 9_900 * UNIT)
    assert life.row.recharge_due_s > life.now_s + DAY

    draft = life.wait(600)
    assert messages(draft, RechargeRequested) == []


def test_a_suspended_account_waits_for_no_window() -> None:
    life = tenant("UTC", "2026-03-10T12:00", cooldown_s=600)
    pay(life)
    life.hear(StatusSet("suspended", "r"))
    assert life.row.recharge_due_s > life.now_s + DAY

    life.now_s += 600
    draft = life.take()
    assert messages(draft, RechargeRequested) == []
    life.hear(StatusSet("active", "r"))
    assert len(life.open) == 1


def test_a_sweep_says_nothing_that_was_said_before() -> None:
    life = tenant("UTC", "2026-03-10T12:00", cooldown_s=600)
    pay(life)
    before = len(life.said)

    life.take()
    assert len(life.said) == before
