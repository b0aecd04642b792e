"""Partitions whose records are gone: they stop, and go on by themselves once a person has said where."""

from prometheus_client import generate_latest

from tests.integration.cases.events import call, credit, opened
from tests.integration.cases.house import PARTITIONS, House
from worker.cli.positions_run import Servers, skip_position
from worker.kafka.topics import cluster_of
from worker.metrics.catalogue import REGISTRY

# Where a log stood that somebody has made again since.
FAR = 1000

STAND = """
    INSERT INTO read_position (cell, topic, partition, cluster_id, next_offset)
    SELECT 0, $1, number, $2, $3 FROM generate_series(0, $4::integer - 1) AS number
"""

# Each taking over raises one, and each skip.
EPOCHS = "SELECT array_agg(epoch ORDER BY partition) FROM read_position WHERE topic = $1"


async def all_stopped(house: House) -> None:
    """Let a former worker have read every partition of usage further than it goes."""
    cluster = (await cluster_of(house.settings.kafka)).cluster_id
    await house.pool.execute(STAND, house.settings.topics.usage, cluster, FAR, PARTITIONS)


def stopped(house: House) -> list[int]:
    page = generate_latest(REGISTRY).decode()
    line = 'talktime_partition_stopped{{partition="{}",topic="{}"}} 1.0'
    return [one for one in range(PARTITIONS) if line.format(one, house.settings.topics.usage) in page]


async def skip(house: House, partition: int) -> None:
    servers = Servers(house.pool, house.settings.kafka)
    assert await skip_position(servers, house.settings.topics.usage, partition, as_json=True)


async def test_a_running_worker_goes_on_with_a_partition_as_soon_as_its_gap_is_skipped(
    house: House, tenant: str
) -> None:
    await all_stopped(house)
    async with house.working():
        await house.send(opened(tenant), credit(tenant, "10"), call(tenant))

        async def others_are_read() -> bool:
            return (await house.outcomes())["applied"] == 2

        await house.until(others_are_read)
        assert stopped(house) == [0, 1, 2, 3]
        assert await house.entries(tenant) == []

        for partition in range(PARTITIONS):
            await skip(house, partition)

        async def all_go_on() -> bool:
            return stopped(house) == []

        await house.until(all_go_on)
        await house.charge(call(tenant))
    assert await house.entries(tenant) == [-1_000_000] * 2
    assert await house.balance(tenant) == 8_000_000


async def test_a_partition_that_nobody_has_skipped_stays_stopped(house: House, tenant: str) -> None:
    await all_stopped(house)
    async with house.working():
        await house.charge(opened(tenant))
        for partition in range(1, PARTITIONS):
            await skip(house, partition)

        async def others_go_on() -> bool:
            return stopped(house) == [0]

        await house.until(others_go_on)

    assert await house.value(EPOCHS, house.settings.topics.usage) == [1, 3, 3, 3]
