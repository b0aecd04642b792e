from tests.integration.cases.crediting import NOON_S, booked, books_agree, clock, promised, sweep
from tests.integration.cases.desk import desk_in
from tests.integration.cases.events import call, credit, moment, opened
from tests.integration.cases.house import House
from tests.integration.cases.revising import lots, money
from worker.domain.entry import FORFEITED, PROMOTION, PURCHASE, RESTORED

HOUR_S = 3600
DAY_S = 86_400
UNIT = 1_000_000


async def test_case_38_a_purchase_that_expires_is_spent_before_a_promotion_that_does_not(
    town: House, tenant: str
) -> None:
    await town.charge(
        opened(tenant), credit(tenant, "5", kind="promotion"), credit(tenant, "5", paid_at=moment(0))
    )

    await town.charge(call(tenant, duration_s=7 * 60))

    assert await lots(town, tenant) == [("promotion", 3, 0), ("purchase", 0, 0)]
    await books_agree(town, tenant)


async def test_case_19_credit_expires_mid_stream_and_usage_from_before_has_it_back(
    house: House, tenant: str
) -> None:
    desk = clock(await desk_in(house), 0)
    short = credit(tenant, "10", expires_at=moment(HOUR_S))
    await desk.charge(opened(tenant), short, credit(tenant, "10"))
    await desk.charge(call(tenant, started_at=moment(0)))

    clock(desk, HOUR_S)
    await desk.charge(call(tenant, started_at=moment(HOUR_S)))

    assert await lots(house, tenant) == [("purchase", 0, 9), ("purchase", 9, 0)]
    late = call(tenant, started_at=moment(HOUR_S - 1), duration_s=4 * 60)
    await desk.charge(late)
    await desk.charge(late, careful=True)
    assert await lots(house, tenant) == [("purchase", 0, 5), ("purchase", 9, 0)]
    assert await booked(house, tenant) == [
        (PURCHASE, 10 * UNIT), (PURCHASE, 10 * UNIT), (FORFEITED, -9 * UNIT), (RESTORED, 4 * UNIT),
    ]  # fmt: skip
    # More than was forfeited: what could still pay does, and the rest is debt.
    await desk.charge(call(tenant, started_at=moment(HOUR_S - 1), duration_s=20 * 60))
    assert await lots(house, tenant) == [("purchase", 0, 0), ("purchase", 0, 0)]
    assert await money(house, tenant) == (-6, 6)
    await books_agree(house, tenant)


async def test_case_19_late_usage_alone_in_its_batch_reads_what_was_forfeited(
    house: House, tenant: str
) -> None:
    desk = clock(await desk_in(house), 0)
    await desk.charge(opened(tenant), credit(tenant, "3", expires_at=moment(HOUR_S)))
    clock(desk, DAY_S)
    await sweep(desk)

    for _ in range(2):
        await desk.charge(call(tenant, started_at=moment(HOUR_S - 1)))

    assert await lots(house, tenant) == [("purchase", 0, 1)]
    account = await house.account(tenant)
    assert account["forfeited_until_s"] == NOON_S + HOUR_S
    await books_agree(house, tenant)


async def test_credit_expires_and_warns_though_nobody_calls(house: House, tenant: str) -> None:
    desk = clock(await desk_in(house), -40 * DAY_S)
    await desk.charge(opened(tenant), credit(tenant, "3", payment_id="p", expires_at=moment(0)))

    told = []
    for days in (31, 30, 29, 7, 6, 0, -1):
        clock(desk, -days * DAY_S)
        told.append((await sweep(desk)) is not None)

    assert told == [False, True, False, True, False, True, False]
    common = {"amount": "3", "payment_id": "p", "expires_at": moment(0).replace("+00:00", "Z")}
    expiring = {"type": "credit.expiring", "balance": "3", "reason": "expires_soon", **common}
    assert (await promised(house, tenant))[2:] == [
        {**expiring, "days": 30},
        {**expiring, "days": 7},
        {"type": "credit.expired", "balance": "0", "reason": "expired", **common},
        {"type": "balance.depleted", "balance": "0", "reason": "limit_reached", "credit_limit": "0"},
    ]
    assert await booked(house, tenant) == [(PURCHASE, 3 * UNIT), (FORFEITED, -3 * UNIT)]


async def test_other_credit_brings_no_second_notice_about_an_expiry(house: House, tenant: str) -> None:
    desk = clock(await desk_in(house), -40 * DAY_S)
    await desk.charge(opened(tenant), credit(tenant, "3", expires_at=moment(0)))
    await sweep(clock(desk, -30 * DAY_S))

    clock(desk, -20 * DAY_S)
    await desk.charge(credit(tenant, "1", kind="promotion"))

    assert await sweep(desk) is None
    assert [one["type"] for one in await promised(house, tenant)].count("credit.expiring") == 1


async def test_nothing_stays_due_of_credit_that_was_spent_before_its_expiry(
    house: House, tenant: str
) -> None:
    desk = clock(await desk_in(house), -DAY_S)
    await desk.charge(opened(tenant), credit(tenant, "1", expires_at=moment(0)))
    await desk.charge(call(tenant, started_at=moment(-DAY_S)))

    clock(desk, 0)
    passes = [await sweep(desk) is not None for _ in range(2)]

    assert passes == [True, False]
    assert await lots(house, tenant) == [("purchase", 0, 0)]
    assert await booked(house, tenant) == [(PURCHASE, UNIT)]


async def test_case_27_a_clock_that_goes_back_forfeits_nothing_twice_and_what_is_to_come_waits(
    house: House, tenant: str
) -> None:
    desk = clock(await desk_in(house), 0)
    await desk.charge(opened(tenant), credit(tenant, "9", expires_at=moment(HOUR_S), kind="promotion"))
    clock(desk, HOUR_S)
    await sweep(desk)

    clock(desk, -HOUR_S)
    early, tomorrow = call(tenant, started_at=moment(-HOUR_S)), call(tenant, started_at=moment(0))
    await desk.charge(early, tomorrow)
    await desk.charge(call(tenant, started_at=moment(-30 * DAY_S)))
    await sweep(desk)

    # Usage of an hour ago and of last month spends what had not expired then; that of the future waits.
    assert await lots(house, tenant) == [("promotion", 0, 7)]
    assert await house.parked(tenant) == [("in_future", None)]
    assert [kind for kind, _ in await booked(house, tenant)].count(FORFEITED) == 1
    assert {kind for kind, _ in await booked(house, tenant)} == {PROMOTION, FORFEITED, RESTORED}
    rows = await house.pool.fetch(
        "SELECT sequence FROM outbox WHERE account_id > 0 ORDER BY enqueued_at, sequence"
    )
    sequences = [row["sequence"] for row in rows]
    assert sequences == sorted(set(sequences))
    await books_agree(house, tenant)


async def test_credit_booked_after_its_expiry_pays_debt_and_late_usage_and_nothing_else(
    house: House, tenant: str
) -> None:
    desk = clock(await desk_in(house), HOUR_S)
    await desk.charge(opened(tenant), call(tenant, started_at=moment(60)))

    await desk.charge(credit(tenant, "5", expires_at=moment(0)))
    await desk.charge(call(tenant, started_at=moment(-1)), call(tenant, started_at=moment(0)))

    assert await lots(house, tenant) == [("purchase", 0, 3)]
    assert await money(house, tenant) == (-1, 1)
    await books_agree(house, tenant)
