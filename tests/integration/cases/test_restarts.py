import asyncio
from functools import partial

from tests.integration.cases.events import auto_recharge, call, completed, credit, event, opened
from tests.integration.cases.house import PARTITIONS, House
from worker.metrics.reading import PARTITIONS_OWNED, REBALANCES
from worker.settings.model import Settings

REPLAY = "UPDATE read_position SET next_offset = 0, epoch = epoch + 1"

# All that a replay must leave as it is; the sequence and the outbox tell whether anything was said again.
STATE = """
    SELECT 'account', to_jsonb(account) - 'cell' FROM account
    UNION ALL SELECT 'lot', to_jsonb(lot) FROM lot
    UNION ALL SELECT 'recharge', to_jsonb(recharge) FROM recharge
    UNION ALL SELECT 'entry', to_jsonb(ledger_entry) FROM ledger_entry
    UNION ALL SELECT 'line', to_jsonb(entry_line) FROM entry_line
    UNION ALL SELECT 'event', to_jsonb(account_event) FROM account_event
    UNION ALL SELECT 'parked', to_jsonb(parked) FROM parked
    UNION ALL SELECT 'letter', to_jsonb(dead_letter) FROM dead_letter
    ORDER BY 1, 2
"""


def another_group(settings: Settings, number: int) -> Settings:
    """A group that has committed nothing: to Kafka, nobody has ever read these topics."""
    group = f"{settings.kafka.group_id}-{number}"
    return settings.model_copy(update={"kafka": settings.kafka.model_copy(update={"group_id": group})})


async def test_cases_3_and_4_a_landed_batch_is_not_read_again_whatever_kafka_remembers(
    house: House, tenant: str
) -> None:
    await house.send(opened(tenant), credit(tenant, "10"), auto_recharge(tenant, trigger="9", amount="20"))
    crossing = call(tenant, duration_s=120)
    async with house.working():
        await house.all_read()
        await house.charge(crossing)
        assert len(await house.requests(tenant)) == 1

    async with house.working(settings=another_group(house.settings, 2)):
        # Sent again by its producer, too, beside something new that shows how far the worker is.
        await house.charge(crossing, call(tenant))

    assert await house.entries(tenant) == [-2_000_000, -1_000_000]
    assert await house.outcomes() == {
        "records": 6, "applied": 3, "charged": 2, "duplicate": 1, "parked": 0, "dead_lettered": 0,
    }  # fmt: skip
    assert len(await house.requests(tenant)) == 1
    (message,) = await house.messages("recharges", tenant)
    assert message["data"]["amount"] == "20"


async def test_cases_1_3_and_4_workers_that_are_cut_off_anywhere_charge_each_call_once(
    house: House, tenant: str
) -> None:
    small = house.settings.limits.model_copy(update={"batch_charges": 7})
    settings = house.settings.model_copy(update={"limits": small})
    await house.send(opened(tenant), credit(tenant, "300"), auto_recharge(tenant, trigger="299", amount="20"))
    calls = [call(tenant) for _ in range(400)]
    await house.send(*calls, keys=[b"%d" % number for number in range(400)])

    for cut_off_at in (1, 120, 240):
        async with house.working(settings=another_group(settings, cut_off_at)):
            await house.until(partial(read, house, cut_off_at))
            house.workers[0].cancel()
    async with house.working(settings=settings):
        # And once more by their producer.
        await house.charge(*calls)
        published = await house.messages("recharges", tenant)

    assert await house.entries(tenant) == [-1_000_000] * 400
    assert await house.balance(tenant) == -100_000_000
    assert len(await house.requests(tenant)) == 1
    assert len({one["id"] for one in published}) == 1


async def read(house: House, least: int) -> bool:
    return (await house.outcomes())["records"] >= least


async def test_case_36_a_replay_of_every_topic_changes_nothing(house: House, tenant: str) -> None:
    await house.send(opened(tenant), auto_recharge(tenant, trigger="9", amount="20"), credit(tenant, "10"))
    await house.send(
        call(tenant, "c-1", duration_s=120),
        call(tenant, "c-1", duration_s=60),
        call(tenant, rated_number="33123456789"),
        call(f"{tenant}-unknown"),
        call(tenant)._replace(value=b"no JSON"),
        auto_recharge(tenant, trigger="0", amount="10"),
    )
    async with house.working():
        await house.all_read()
        (request,) = await house.requests(tenant)
        await house.charge(completed(tenant, request["recharge_id"], "20"))
        await house.charge(auto_recharge(tenant, enabled=False))
        await house.charge(opened(f"{tenant}-other", credit_limit="10"))
        published = [await house.messages(role) for role in ("recharges", "notices", "dead_letters")]
    before = await house.pool.fetch(STATE)
    outcomes = await house.outcomes()

    await house.pool.execute(REPLAY)
    house.sent *= 2
    async with house.working(settings=another_group(house.settings, 2)):
        await house.all_read()
        again = [await house.messages(role) for role in ("recharges", "notices", "dead_letters")]

    assert await house.pool.fetch(STATE) == before
    assert again == published
    after = await house.outcomes()
    assert after.pop("records") == 2 * outcomes.pop("records")
    assert after.pop("duplicate") == outcomes.pop("duplicate") + house.sent // 2
    assert after == outcomes


async def test_case_36_a_refused_setting_stays_refused_when_it_is_read_again(
    house: House, tenant: str
) -> None:
    await house.send(opened(tenant), auto_recharge(tenant, trigger="0", amount="10"))
    async with house.working():
        await house.all_read()
        # Now it could work; yet it is the past that is read again, and nobody has asked for it since.
        raised: dict[str, object] = {"tenant_id": tenant, "credit_limit": "50", "currency": "USD"}
        await house.charge(event("accounts", "account.changed", raised))

    await house.pool.execute(REPLAY)
    house.sent *= 2
    async with house.working(settings=another_group(house.settings, 2)):
        await house.all_read()

    account = await house.account(tenant)
    assert (account["recharge_enabled"], account["credit_limit_micros"]) == (False, 50_000_000)
    assert await house.requests(tenant) == []


async def test_case_21_a_steady_group_never_deals_anew(house: House, tenant: str) -> None:
    PARTITIONS_OWNED.set(0)
    async with house.working(workers=2):
        await house.until(shared_by_two)
        # Every partition is read, so both have taken up what was dealt to them.
        await house.charge(opened(tenant))
        await house.send(*(call(tenant) for _ in range(40)), keys=[b"%d" % number for number in range(40)])
        await house.all_read()
        before = REBALANCES._value.get()
        loop = asyncio.get_running_loop()
        end = loop.time() + 3 * house.settings.kafka.heartbeat_s

        while loop.time() < end:
            await house.charge(*(call(tenant) for _ in range(50)))

        assert REBALANCES._value.get() == before
    assert set(await house.entries(tenant)) == {-1_000_000}


async def shared_by_two() -> bool:
    return bool(PARTITIONS_OWNED._value.get() == 3 * PARTITIONS / 2)
