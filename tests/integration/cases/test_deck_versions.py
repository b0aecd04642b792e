import pytest

from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import NOON, call, credit, moment, opened
from tests.integration.cases.house import House, import_prices
from worker.transactions.gather import DecksChangedError

NOON_S = int(NOON.timestamp())


async def test_a_worker_that_has_an_older_deck_writes_nothing_until_it_has_the_newer_one(
    desk: Desk, tenant: str
) -> None:
    await desk.charge(opened(tenant), credit(tenant, "10"))
    first, second = call(tenant), call(tenant)
    await import_prices(desk.house.pool, {"49": 2_000_000}, from_s=NOON_S - 3600)
    up_to_date = await desk_in(desk.house)
    up_to_date.partitions = 100

    await up_to_date.charge(first)
    with pytest.raises(DecksChangedError):
        await desk.charge(second)

    assert await desk.house.entries(tenant) == [-2_000_000]
    await desk.office.load_decks()
    await desk.charge(second)
    assert await desk.house.entries(tenant) == [-2_000_000, -2_000_000]


async def test_workers_use_a_new_deck_from_its_second_on_and_nobody_starts_them_again(
    town: House, tenant: str
) -> None:
    deck = f"deck-of-{tenant}"
    await import_prices(town.pool, {"49": 1_000_000}, deck=deck)
    calls = [call(tenant, started_at=moment(after_s)) for after_s in (-1, 0, 1)]
    await town.charge(opened(tenant, rate_deck=deck), credit(tenant, "10"), call(tenant))

    await import_prices(town.pool, {"49": 2_000_000}, deck=deck, from_s=NOON_S)
    await town.charge(*calls)

    assert sorted(await town.entries(tenant)) == [-2_000_000, -2_000_000, -1_000_000, -1_000_000]


async def test_usage_from_before_the_first_version_waits_for_one_that_was_in_force(
    town: House, tenant: str
) -> None:
    deck = f"deck-of-{tenant}"
    await import_prices(town.pool, {"49": 1_000_000}, deck=deck, from_s=NOON_S + 1)
    await town.charge(opened(tenant, rate_deck=deck), credit(tenant, "10"), call(tenant))
    assert await town.parked(tenant) == [("unrated", None)]

    await import_prices(town.pool, {"49": 3_000_000}, deck=deck, from_s=NOON_S)

    async def charged() -> bool:
        return await town.parked(tenant) == [("unrated", "charged")]

    await town.until(charged)
    assert await town.entries(tenant) == [-3_000_000]
