"""Usage of days that are not open any more, which a person has to ask for."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.cases.aging import flaws
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import NOON, call, credit, moment, opened
from tests.integration.cases.house import House, import_prices
from tests.integration.cases.parking import DAY_S, LONG_AGO, closed, gone, retried
from worker.loops.release import release


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    desk = await desk_in(house)
    await desk.charge(opened("acme"), credit("acme", "100"))
    yield desk
    assert await flaws(house.pool) == []


async def days_of_usage(house: House) -> list[Any]:
    return [row["day"] for row in await house.pool.fetch("SELECT day FROM ledger_entry WHERE kind = 1")]


async def test_usage_of_a_closed_day_waits_until_a_person_asks_and_is_charged_in_its_day(
    house: House, desk: Desk
) -> None:
    await closed(desk)
    await desk.charge(call("acme", started_at=LONG_AGO))
    await release(desk.office, 100)
    assert await house.parked("acme") == [("too_old", None)]

    await retried(desk)

    assert await house.parked("acme") == [("too_old", "charged")]
    assert await days_of_usage(house) == [NOON.date() - timedelta(days=10)]


async def test_usage_of_a_closed_day_spends_what_has_expired_since_it_started(
    house: House, desk: Desk
) -> None:
    await desk.charge(opened("other"), credit("other", "3", expires_at=moment(-8 * DAY_S)))
    await closed(desk)
    await desk.charge(credit("other", "5"), call("other", started_at=LONG_AGO, duration_s=120))

    await retried(desk)

    assert await house.parked("other") == [("too_old", "charged")]
    lots = await house.pool.fetch(
        "SELECT lot.forfeited_micros FROM lot JOIN account USING (cell, account_id)"
        " WHERE tenant_id = 'other' ORDER BY lot.lot_number"
    )
    assert [lot["forfeited_micros"] for lot in lots] == [1_000_000, 0]
    assert await house.balance("other") == 5_000_000


async def test_usage_of_a_closed_day_that_was_charged_before_is_a_duplicate(house: House, desk: Desk) -> None:
    await desk.charge(call("acme", "c-1", started_at=LONG_AGO))
    await closed(desk)
    await desk.charge(call("acme", "c-1", started_at=LONG_AGO))
    assert await house.parked("acme") == [("too_old", None)]

    await retried(desk)

    assert await house.parked("acme") == [("too_old", "duplicate")]
    assert await house.entries("acme") == [-1_000_000]


async def test_usage_of_a_closed_day_with_other_content_becomes_a_conflict(house: House, desk: Desk) -> None:
    await desk.charge(call("acme", "c-1", started_at=LONG_AGO))
    await closed(desk)
    await desk.charge(call("acme", "c-1", started_at=LONG_AGO, duration_s=600))

    await retried(desk)

    assert await house.parked("acme") == [("conflict", None)]
    assert await house.entries("acme") == [-1_000_000]


async def test_usage_of_a_day_that_is_gone_needs_a_person_who_vouches_and_is_booked_today(
    house: House, desk: Desk
) -> None:
    await gone(desk)
    await desk.charge(call("acme", started_at=LONG_AGO))
    await retried(desk)
    assert await house.parked("acme") == [("too_old", None)]

    await retried(desk, vouched=True)

    assert await house.parked("acme") == [("too_old", "charged")]
    assert await days_of_usage(house) == [await house.value("SELECT (now() AT TIME ZONE 'UTC')::date")]
    assert (
        await house.value("SELECT started_s FROM ledger_entry WHERE kind = 1")
        == NOON.timestamp() - 10 * DAY_S
    )


async def test_who_vouches_for_a_day_that_is_only_closed_is_still_checked(house: House, desk: Desk) -> None:
    await desk.charge(call("acme", "c-1", started_at=LONG_AGO))
    await closed(desk)
    await desk.charge(call("acme", "c-1", started_at=LONG_AGO))

    await retried(desk, vouched=True)

    assert await house.parked("acme") == [("too_old", "duplicate")]


async def test_what_was_vouched_for_once_is_not_vouched_for_the_next_time(house: House, desk: Desk) -> None:
    await gone(desk)
    await desk.charge(call("acme", started_at=LONG_AGO, rated_number="33123456789"))
    await retried(desk, vouched=True)
    assert await house.parked("acme") == [("unrated", None)]
    await import_prices(house.pool, {"33": 1_000_000}, from_s=1)

    await release(desk.office, 100)

    assert await house.parked("acme") == [("too_old", None)]


async def test_a_closed_day_that_lost_its_persons_loses_them_again(house: House, desk: Desk) -> None:
    await closed(desk)
    day = NOON.date() - timedelta(days=10)
    await house.pool.execute("UPDATE ledger_day SET persons = 'gone' WHERE day = $1", day)
    await desk.charge(call("acme", started_at=LONG_AGO, user_id="ann"))

    await retried(desk)

    assert await house.value("SELECT persons FROM ledger_day WHERE day = $1", day) == "leaving"
