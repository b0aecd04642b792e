"""The monthly cap, by the tenant's own calendar, and when it asks by itself again."""

import pytest

from tests.unit.domain.deciding import UNIT, call, credit
from tests.unit.domain.tenant_of_zone import HOUR, at, decline, pay, tenant
from worker.domain.event import CreditRequested, RechargeCompleted, StatusSet
from worker.domain.message import Notice


@pytest.mark.parametrize(
    ("zone", "when", "opens"),
    [
        pytest.param("UTC", "2026-02-27T12:00", "2026-03-01T00:00", id="February"),
        pytest.param("Asia/Tokyo", "2026-03-31T23:50", "2026-04-01T00:00", id="the last minutes"),
        pytest.param("Europe/Berlin", "2026-03-20T12:00", "2026-04-01T00:00", id="clocks go forward"),
        pytest.param("Europe/Berlin", "2026-10-20T12:00", "2026-11-01T00:00", id="clocks go back"),
        # Midnight of 1 October 2023 does not exist there: the month begins at 1 o'clock.
        pytest.param("America/Asuncion", "2023-09-29T12:00", "2023-10-01T01:00", id="no midnight"),
    ],
)
def test_case_11_a_capped_tenant_is_told_once_and_asks_by_itself_in_its_next_month(
    zone: str, when: str, opens: str
) -> None:
    life = tenant(zone, when, monthly_cap_micros=20 * UNIT)
    pay(life)
    life.wait(60)
    assert life.open == []

    assert life.notices[-1] == ("recharge.suppressed", "monthly_cap")
    assert life.row.recharge_due_s == at(zone, opens)
    life.take(call("c-2", started_s=life.now_s))
    life.now_s = at(zone, opens) - 1
    life.take(call("c-3", started_s=life.now_s))
    assert (life.open, [name for name, _ in life.notices].count("recharge.suppressed")) == ([], 1)
    life.wait(1)

    assert len(life.open) == 1
    assert life.row.suppressed == ""


def test_a_cap_that_is_reached_by_hand_in_a_later_month_is_told_of_again() -> None:
    life = tenant("UTC", "2026-03-20T12:00", monthly_cap_micros=20 * UNIT)
    pay(life)
    life.hear(credit(9_100 * UNIT, "p-all"))
    life.wait(20 * 24 * HOUR)

    life.hear(CreditRequested("by-hand", 20 * UNIT, "USD", None))
    life.take(call("c-2", started_s=life.now_s, duration_s=23 * HOUR))

    assert [one.reason for one in life.open] == ["manual"]
    assert [name for name, _ in life.notices].count("recharge.suppressed") == 2


def test_what_the_suppressed_notice_says() -> None:
    life = tenant("UTC", "2026-03-10T12:00", monthly_cap_micros=30 * UNIT, cooldown_s=0)
    pay(life)

    told = life.said[-1].body
    assert isinstance(told, Notice)
    assert told.amounts == {
        "trigger": 10 * UNIT, "amount": 20 * UNIT, "monthly_cap": 30 * UNIT, "counted": 20 * UNIT,
    }  # fmt: skip
    assert told.times == {"reopens_at": at("UTC", "2026-04-01T00:00")}


def test_a_request_counts_in_the_month_of_its_opening_however_late_it_is_paid() -> None:
    life = tenant("UTC", "2026-03-31T23:50", monthly_cap_micros=20 * UNIT)
    life.wait(20 * 60)
    pay(life)
    life.wait(60)

    assert len(life.open) == 1
    assert (life.row.recharge_month, life.row.recharge_month_micros) == (202604, 20 * UNIT)


def test_declined_and_cancelled_do_not_count_expired_and_completed_do() -> None:
    life = tenant("UTC", "2026-03-05T12:00", monthly_cap_micros=90 * UNIT)
    decline(life)
    assert life.row.recharge_month_micros == 0
    life.wait(HOUR)
    assert life.row.recharge_month_micros == 20 * UNIT
    life.hear(StatusSet("suspended", "r"))
    assert life.row.recharge_month_micros == 0
    life.hear(StatusSet("active", "r"))
    life.wait(60)
    life.wait(25 * HOUR)
    assert (life.row.recharge_month_micros, life.open) == (20 * UNIT, [])
    life.wait(60)
    pay(life)

    assert life.row.recharge_month_micros == 40 * UNIT


def test_money_that_comes_after_a_decline_counts_again_and_may_pass_the_cap() -> None:
    life = tenant("UTC", "2026-03-05T12:00", monthly_cap_micros=20 * UNIT)
    (first,) = life.open
    decline(life)
    life.wait(HOUR)
    pay(life)

    life.hear(RechargeCompleted(first.recharge_id, "p-late", 20 * UNIT, "USD", life.now_s))
    life.wait(60)

    assert life.row.recharge_month_micros == 40 * UNIT
    assert (life.open, life.row.suppressed) == ([], "monthly_cap")


def test_money_that_comes_late_for_a_past_month_does_not_count_in_this_one() -> None:
    life = tenant("UTC", "2026-03-31T12:00", monthly_cap_micros=20 * UNIT)
    (first,) = life.open
    decline(life)
    life.wait(20 * HOUR)
    assert life.row.recharge_month == 202604

    life.hear(RechargeCompleted(first.recharge_id, "p-late", 20 * UNIT, "USD", life.now_s))

    assert (life.row.recharge_month, life.row.recharge_month_micros) == (202604, 20 * UNIT)


def test_a_decline_of_a_past_months_request_frees_nothing_of_this_month() -> None:
    life = tenant("UTC", "2026-03-31T23:00")
    life.wait(2 * HOUR)
    life.row = life.row._replace(recharge_month=202604, recharge_month_micros=7 * UNIT)

    decline(life)

    assert life.row.recharge_month_micros == 7 * UNIT


def test_money_for_a_request_that_nobody_remembers_counts_this_month() -> None:
    life = tenant("UTC", "2026-03-05T12:00", monthly_cap_micros=45 * UNIT)
    life.hear(RechargeCompleted("unknown", "p-1", 20 * UNIT, "USD", life.now_s))
    pay(life)
    life.wait(60)

    assert (life.row.recharge_month_micros, life.row.suppressed) == (40 * UNIT, "monthly_cap")


def test_a_target_is_cut_to_the_cap_and_below_the_minimum_nothing_is_asked() -> None:
    life = tenant(
        "UTC", "2026-03-10T12:00", cooldown_s=0, recharge_amount_micros=None,
        recharge_target_micros=30 * UNIT, monthly_cap_micros=10_000 * UNIT + 25_500_000,
    )  # fmt: skip
    assert life.open[0].amount_micros == 9_025 * UNIT
    life.take(call("c-2", duration_s=60 * 1_100, started_s=life.now_s))
    pay(life)
    assert life.open[0].amount_micros == 1000 * UNIT + 500_000

    life.take(call("c-3", duration_s=60 * 1_100, started_s=life.now_s))
    pay(life)

    assert (life.open, life.row.suppressed) == ([], "monthly_cap")


def test_what_the_cap_leaves_below_the_minimum_is_told_as_that() -> None:
    life = tenant(
        "UTC", "2026-03-10T12:00", cooldown_s=0, recharge_amount_micros=None,
        recharge_target_micros=30 * UNIT, monthly_cap_micros=9_025 * UNIT + 900_000,
    )  # fmt: skip
    life.take(call("c-2", duration_s=60 * 1_100, started_s=life.now_s))
    pay(life)

    assert (life.open, life.row.suppressed) == ([], "below_minimum")
