"""Settings that decide how much one transaction takes, and what the database has room for."""

import asyncio

from tests.integration.cases.desk import CLUSTER, Desk, Read
from tests.integration.cases.events import opened
from tests.integration.cases.house import House
from worker.app.furnish import furnish
from worker.loops.upkeep import keep_days
from worker.settings.business import Limits
from worker.settings.model import Settings
from worker.settings.pace import Relay
from worker.transactions.office import Office
from worker.transactions.prepare import prepare, read_all

KIBIBYTE = 2**10


def noise(settings: Settings, count: int, size: int) -> list[Read]:
    return [Read(settings.topics.usage, 0, offset, 0, None, b"x" * size, ()) for offset in range(count)]


async def furnished(house: House, limits: Limits) -> Office:
    return await furnish(house.settings.model_copy(update={"limits": limits}), house.pool, CLUSTER)


async def test_a_batch_takes_no_further_record_once_it_holds_its_bytes(house: House) -> None:
    records = noise(house.settings, 6, 300 * KIBIBYTE)
    small = await furnished(house, Limits(batch_bytes=2**20))
    large = await furnished(house, Limits(batch_bytes=2**21))

    assert len((await prepare(records, small, 5000)).records) == 4
    assert len((await prepare(records, large, 5000)).records) == 6


async def test_the_event_loop_gets_a_look_in_after_each_slice(house: House) -> None:
    async def looks(slice_charges: int) -> int:
        office = await furnished(house, Limits(slice_charges=slice_charges))
        reading = asyncio.ensure_future(read_all(noise(house.settings, 60, 1), office, 5000))
        count = 0
        while not reading.done():
            await asyncio.sleep(0)
            count += 1
        return count

    assert await looks(10) == await looks(60) + 5


async def test_accounts_share_as_many_lanes_as_are_set(house: House, tenant: str) -> None:
    settings = house.settings.model_copy(update={"relay": Relay(lanes=3)})
    desk = Desk(house, await furnish(settings, house.pool, CLUSTER), 0)

    await desk.charge(*(opened(f"{tenant}-{number}") for number in range(6)))

    rows = await house.pool.fetch("SELECT DISTINCT account_id % 3 AS share, lane FROM outbox ORDER BY lane")
    assert [(row["share"], row["lane"]) for row in rows] == [(0, 0), (1, 1), (2, 2)]


async def test_days_are_made_as_far_ahead_as_is_set(house: House) -> None:
    last = "SELECT max(day) - (now() AT TIME ZONE 'UTC')::date FROM ledger_day"
    limits = Limits(days_ahead=12)

    await keep_days(await furnished(house, limits), limits)

    assert await house.value(last) == 12
