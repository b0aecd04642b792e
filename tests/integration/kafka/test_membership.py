import asyncio

import pytest
from prometheus_client import generate_latest

from tests.integration.kafka.conftest import Join
from tests.integration.kafka.driving import POLL_MS, committed, drained, place_all, published
from worker.kafka.consumer import Consumer, PositionLostError
from worker.kafka.producer import Producer
from worker.kafka.records import Record
from worker.kafka.topics import MissingTopicsError
from worker.metrics.catalogue import REGISTRY
from worker.settings.servers import Kafka
from worker.settings.topics import Topics


async def test_a_new_member_reads_each_partition_from_where_it_is_placed_and_not_before(
    join: Join, producer: Producer, topics: Topics
) -> None:
    await published(producer, topics.usage, 100)
    consumer = await join()
    bounds = await consumer.log_bounds(consumer.assigned)
    halves = {partition: end // 2 for partition, (_, end) in bounds.items()}
    second_halves = sum(end - halves[partition] for partition, (_, end) in bounds.items())

    unplaced = [list(await consumer.poll(POLL_MS)) for _ in range(5)]
    waiting = consumer.newly_assigned()
    records = await drained(consumer, second_halves, positions=halves)

    assert unplaced == [[]] * 5
    assert waiting == consumer.assigned == {(topics.usage, number) for number in range(4)}
    assert len(records) == second_halves
    assert all(record.offset >= halves[record.topic, record.partition] for record in records)


async def test_kafkas_own_offsets_decide_nothing(join: Join, producer: Producer, topics: Topics) -> None:
    await published(producer, topics.usage, 40)
    former = await join()
    former.place(dict.fromkeys(former.newly_assigned(), 0))
    await former.commit(dict.fromkeys(former.assigned, 1))
    await former.stop()

    consumer = await join()
    while consumer.assigned != {(topics.usage, number) for number in range(4)}:
        await consumer.poll(POLL_MS)
    before = [list(await consumer.poll(POLL_MS)) for _ in range(10)]
    records = await drained(consumer, 40)

    assert before == [[]] * 10
    assert len(records) == 40


async def test_a_poll_brings_no_more_than_it_may(kafka: Kafka, producer: Producer, topics: Topics) -> None:
    await published(producer, topics.usage, 100)
    consumer = Consumer(kafka, [topics.usage], max_records=7)
    await consumer.start()
    place_all(consumer, {})

    sizes = [len(await consumer.poll(POLL_MS)) for _ in range(10)]
    await consumer.stop()

    assert max(sizes) == 7


async def test_a_held_partition_is_not_read_and_the_others_are(
    join: Join, producer: Producer, topics: Topics
) -> None:
    await published(producer, topics.usage, 60)
    consumer = await join()
    held = (topics.usage, 0)
    in_held = (await consumer.log_bounds([held]))[held][1]

    consumer.hold([held])
    records = await drained(consumer, 60 - in_held)
    more = await consumer.poll(POLL_MS)

    assert {record.partition for record in records} == {1, 2, 3}
    assert list(more) == []
    assert not consumer.newly_assigned()
    assert held not in await consumer.next_offsets()


async def test_a_member_that_joins_takes_its_share_and_leaves_it_to_the_others(
    join: Join, producer: Producer, topics: Topics
) -> None:
    await published(producer, topics.usage, 40)
    first = await join()
    first.give_back(await drained(first, 40))
    before = first.generation

    second = await join()
    while first.generation == before:
        first.give_back(await first.poll(POLL_MS))
    after: list[Record] = []
    while not first.newly_assigned():
        after += await first.poll(POLL_MS)

    assert after == []
    assert len(first.assigned) == len(second.assigned) == 2
    assert first.assigned | second.assigned == {(topics.usage, number) for number in range(4)}

    await second.stop()
    while len(first.assigned) != 4:
        await first.poll(POLL_MS)
    assert len(await drained(first, 40)) == 40


async def test_kafkas_own_offsets_follow_what_is_committed(
    join: Join, producer: Producer, topics: Topics, kafka: Kafka
) -> None:
    await published(producer, topics.usage, 30)
    consumer = await join()
    await drained(consumer, 30)
    positions = await consumer.next_offsets()

    await consumer.commit(positions)
    await consumer.stop()

    assert sum(positions.values()) == 30
    assert await committed(kafka, positions) == positions
    assert f'talktime_lag_records{{partition="0",topic="{topics.usage}"}}' not in exported()


async def test_a_consumer_does_not_start_without_its_topics(kafka: Kafka) -> None:
    hasty = kafka.model_copy(update={"start_deadline_s": 0.1})

    with pytest.raises(MissingTopicsError, match=r"absent\.usage"):
        await Consumer(hasty, ["absent.usage"]).start()


async def test_a_fetch_that_finds_nothing_waits_at_the_broker_for_as_long_as_is_set(
    kafka: Kafka, topics: Topics
) -> None:
    consumer = Consumer(kafka.model_copy(update={"fetch_wait_ms": 5_000}), [topics.usage])
    await consumer.start()
    place_all(consumer, {})

    # Each longer than a fetch waits when nothing is set.
    ages_s = []
    for _ in range(3):
        await consumer.poll(1500)
        ages_s.append(consumer.lag.fetch_age_s())
    await consumer.stop()

    # Nobody answered meanwhile, but for once, perhaps: whoever leads a partition only just has no news.
    assert [age_s for age_s in ages_s if age_s == 0 or age_s > 1.4]


@pytest.mark.usefixtures("apache_kafka")
async def test_a_position_outside_the_log_stops_that_partition_alone(
    join: Join, producer: Producer, topics: Topics
) -> None:
    await published(producer, topics.usage, 60)
    consumer = await join()
    beyond = (topics.usage, 0)
    in_others = 60 - (await consumer.log_bounds([beyond]))[beyond][1]

    with pytest.raises(PositionLostError, match=f"{topics.usage}/0: offset 1000 is not in the log") as lost:
        await drained(consumer, 60, positions={beyond: 1000})
    consumer.rewind(dict.fromkeys(consumer.assigned - {beyond}, 0))
    records = await drained(consumer, in_others)

    assert (lost.value.partition, lost.value.position) == (beyond, 1000)
    assert len(records) == in_others
    assert beyond not in await consumer.next_offsets()


async def test_polls_keep_to_their_timeout_while_the_group_is_dealt_anew(
    join: Join, producer: Producer, topics: Topics
) -> None:
    first = await join()
    place_all(first, {})
    await published(producer, topics.usage, 10)
    joining = asyncio.create_task(join())
    async with asyncio.timeout(60):
        while not joining.done() or first.newly_assigned():
            place_all(first, {})
            async with asyncio.timeout(10):
                await first.poll(POLL_MS)
        await joining


def exported() -> str:
    return generate_latest(REGISTRY).decode()
