from datetime import UTC, datetime

from tests.integration.cases.crediting import (
    NOON_S,
    alerts_set,
    books_agree,
    changed,
    clock,
    noticed,
    status_set,
    sweep,
)
from tests.integration.cases.desk import desk_in
from tests.integration.cases.events import call, credit, moment, opened
from tests.integration.cases.house import House, import_prices
from tests.integration.cases.revising import lots, money
from worker.domain.calendar import Timezones, next_month_s
from worker.domain.expiry import purchase_expires_s

DAY_S = 86_400
UTC_ZONE = Timezones("UTC")


async def test_closing_forfeits_promotions_keeps_purchases_and_books_usage_all_the_same(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), credit(tenant, "4"), credit(tenant, "9", kind="promotion"))

    await town.charge(status_set(tenant, "closed"))

    assert await lots(town, tenant) == [("purchase", 4, 0), ("promotion", 0, 9)]
    (expired,) = [
        noticed(one)
        for one in await town.messages("notices", tenant)
        if one["type"] == "talktime.credit.expired.v1"
    ]
    assert (expired["reason"], expired["amount"], expired["balance"]) == ("account_closed", "9", "4")
    assert "expires_at" not in expired
    # Usage from before the closing has its promotion back, which ended first.
    await town.charge(call(tenant, duration_s=5 * 60))
    assert await lots(town, tenant) == [("purchase", 4, 0), ("promotion", 0, 4)]
    await town.charge(status_set(tenant, "active"), credit(tenant, "2"))
    assert (await town.account(tenant))["status"] == "active"
    assert await money(town, tenant) == (6, 0)
    await books_agree(town, tenant)


async def test_a_purchase_of_a_closed_account_stays_until_it_expires(house: House, tenant: str) -> None:
    desk = clock(await desk_in(house), 0)
    await desk.charge(opened(tenant), credit(tenant, "4", expires_at=moment(60)))
    await desk.charge(status_set(tenant, "closed"))
    kept = await lots(house, tenant)

    await sweep(clock(desk, 60))

    assert (kept, await lots(house, tenant)) == ([("purchase", 4, 0)], [("purchase", 0, 4)])


async def test_another_timezone_holds_from_the_next_month_and_lots_keep_their_expiry(
    house: House, tenant: str
) -> None:
    desk = clock(await desk_in(house), 0)
    await desk.charge(opened(tenant), credit(tenant, "1", payment_id="p-1", paid_at=moment(0)))
    turn_s = next_month_s(UTC_ZONE, NOON_S + 300)

    await desk.charge(changed(tenant, timezone="Pacific/Auckland"))
    await desk.charge(credit(tenant, "1", payment_id="p-2", paid_at=moment(0)))
    later = moment(turn_s - NOON_S)
    await desk.charge(credit(tenant, "1", payment_id="p-3", paid_at=later))

    account = await house.account(tenant)
    assert (account["timezone"], account["former_timezones"]) == ("Pacific/Auckland", f"UTC@{turn_s}")
    expiries = [
        row["expires_s"]
        for row in await house.pool.fetch(
            "SELECT expires_s FROM lot INNER JOIN account USING (cell, account_id)"
            " WHERE tenant_id = $1 ORDER BY lot.lot_number",
            tenant,
        )
    ]
    by_utc = purchase_expires_s(NOON_S, UTC_ZONE)
    assert expiries == [by_utc, by_utc, purchase_expires_s(turn_s, Timezones("Pacific/Auckland"))]
    assert datetime.fromtimestamp(by_utc, UTC).hour == 0


async def test_a_change_of_the_credit_limit_decides_anew_who_is_depleted(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), credit(tenant, "1"), call(tenant, duration_s=3 * 60))

    await town.charge(changed(tenant, credit_limit="3", currency="USD"))
    allowed = await town.account(tenant)
    await town.charge(changed(tenant, credit_limit="2", currency="USD"))

    assert (allowed["depleted"], (await town.account(tenant))["depleted"]) == (False, True)
    states = [one["data"]["depleted"] for one in await town.messages("account_states", tenant)]
    assert states[-2:] == [False, True]


async def test_a_change_of_the_deck_prices_what_is_charged_from_then_on(town: House, tenant: str) -> None:
    await import_prices(town.pool, {"49": 2_000_000}, deck=tenant)
    await town.charge(opened(tenant), credit(tenant, "9"), call(tenant))

    await town.charge(changed(tenant, rate_deck=tenant))
    await town.charge(call(tenant))

    assert await town.entries(tenant) == [-2_000_000, -1_000_000]


async def test_each_level_of_a_falling_balance_is_told_of_once_and_again_after_it_rose(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), credit(tenant, "10"), alerts_set(tenant, "20", "8", "5", "2.5"))

    for minutes in (2, 1, 1, 4):
        await town.charge(call(tenant, duration_s=60 * minutes))
    await town.charge(credit(tenant, "6"))
    await town.charge(call(tenant, duration_s=60))

    low = [
        noticed(one)
        for one in await town.messages("notices", tenant)
        if one["type"] == "talktime.balance.low.v1"
    ]
    # 10, 8: exactly at a level, 7, 6, 2: through two at once, 8, 7: through the highest again.
    told = [(one["level"], one["balance"]) for one in low]
    assert told == [("8", "7"), ("5", "2"), ("2.5", "2"), ("8", "7")]
    assert {one["reason"] for one in low} == {"level_crossed"}
