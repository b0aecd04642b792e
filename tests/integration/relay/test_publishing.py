"""The relay on real servers, while all is well or one message is not."""

import asyncio

import pytest

from tests.integration.relay.promising import LEFT, drained, promise, published, records, relay_of, relaying
from worker.kafka.producer import Producer
from worker.loops.relay import relay_outbox
from worker.postgres.outbox import backlog
from worker.postgres.transaction import Database, transaction
from worker.settings.servers import Kafka
from worker.settings.topics import Topics
from worker.transactions.publish_outbox import publish_outbox

REFUSED = "SELECT sequence, set_aside FROM outbox WHERE set_aside IS NOT NULL"


async def test_several_relays_publish_everything_once_and_each_tenants_messages_in_order(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    await promise(pool, topics.notices, 8_000)

    async with relaying(kafka, pool, relays=3):
        await drained(pool)

    found = await published(kafka, topics.notices)
    assert len(found) == 40
    assert all(numbers == sorted(numbers) for numbers in found.values())
    assert sorted(number for numbers in found.values() for number in numbers) == list(range(1, 8_001))


async def test_what_is_promised_while_relays_work_keeps_its_order(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    async with relaying(kafka, pool, relays=2, most=20):
        for first in range(0, 3_000, 300):
            await pool.execute(
                """
                INSERT INTO outbox (
                    cell, account_id, sequence, lane, topic, record_key, header_names, header_values, value
                )
                SELECT
                    0, 1 + number % 5, number, (1 + number % 5) % 16, $1,
                    convert_to('tenant-' || number % 5, 'UTF8'), '{}', '{}', convert_to(number::text, 'UTF8')
                FROM generate_series($2::integer, $2::integer + 299) AS number
                """,
                topics.notices,
                first,
            )
        await drained(pool)

    found = await published(kafka, topics.notices)
    assert all(numbers == sorted(set(numbers)) for numbers in found.values())
    assert sum(map(len, found.values())) == 3_000


async def test_one_lane_is_held_by_one_relay_and_others_go_on_with_the_rest(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    await promise(pool, topics.notices, 160, tenants=16)
    await pool.execute(
        "INSERT INTO relay_lane (cell, lane, holder, leased_until)"
        " VALUES (0, 3, gen_random_uuid(), now() + interval '1 hour')"
    )
    producer = Producer(kafka)

    sent, more = await publish_outbox(relay_of(pool, producer))
    await producer.stop()

    assert (sent, more) == (150, True)
    assert await pool.fetchval("SELECT array_agg(DISTINCT lane) FROM outbox") == [3]


async def test_a_lane_is_taken_over_when_its_lease_has_ended_and_not_before(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    await promise(pool, topics.notices, 10, tenants=1)
    until = await pool.fetchval(
        "INSERT INTO relay_lane (cell, lane, holder, leased_until)"
        " VALUES (0, 1, gen_random_uuid(), now() + interval '1 second') RETURNING leased_until"
    )

    async with relaying(kafka, pool):
        await drained(pool)

    said_s = [record.timestamp / 1000 for record in await records(kafka, topics.notices)]
    assert len(said_s) == 10
    assert min(said_s) >= until.timestamp() - 0.001


async def test_what_is_refused_for_good_is_set_aside_and_holds_up_nothing(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    await promise(pool, topics.notices, 100, tenants=2)
    await pool.execute(
        "UPDATE outbox SET value = convert_to(repeat('x', 200000), 'UTF8') WHERE sequence = 51"
    )
    small = kafka.model_copy(update={"request_bytes": 2**17})

    async with relaying(small, pool):
        await drained(pool)

    found = await published(kafka, topics.notices)
    assert found[b"tenant-1"] == list(range(2, 101, 2))
    assert found[b"tenant-2"] == [number for number in range(1, 100, 2) if number != 51]
    assert [tuple(row) for row in await pool.fetch(REFUSED)] == [(51, "MessageSizeTooLargeError")]
    async with transaction(pool) as tx:
        assert await backlog(tx, 0) == (0, 0.0, 1)


async def test_what_was_set_aside_is_sent_once_somebody_has_mended_the_topic(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    await promise(pool, topics.notices, 3, tenants=1, size=200_000)
    await pool.execute("UPDATE outbox SET set_aside = 'MessageSizeTooLargeError'")

    async with relaying(kafka, pool):
        await pool.execute("UPDATE outbox SET set_aside = NULL")
        await drained(pool)

    assert (await published(kafka, topics.notices))[b"tenant-1"] == [1, 2, 3]


async def test_dead_letters_wait_for_no_account_and_keep_nobody_waiting(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    await promise(pool, topics.notices, 2_000, tenants=1)
    await pool.execute(
        "INSERT INTO outbox (cell, account_id, sequence, lane, topic, header_names, header_values, value)"
        " VALUES (0, 0, 1, -1, $1, '{}', '{}', 'letter')",
        topics.dead_letters,
    )
    producer = Producer(kafka)

    sent, _ = await publish_outbox(relay_of(pool, producer, most=10))
    await producer.stop()

    assert sent == 11
    assert [record.value for record in await records(kafka, topics.dead_letters)] == [b"letter"]


async def test_the_age_of_the_oldest_promise_is_known(topics: Topics, pool: Database) -> None:
    await promise(pool, topics.notices, 5)
    await pool.execute("UPDATE outbox SET enqueued_at = now() - interval '90 s' WHERE sequence = 3")

    async with transaction(pool) as tx:
        found = await backlog(tx, 0)

    assert found.messages == 5
    assert 90 <= found.oldest_s < 100


async def test_a_relay_that_is_told_to_stop_publishes_no_more(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    await promise(pool, topics.notices, 10)
    stop = asyncio.Event()
    stop.set()
    producer = Producer(kafka, stop)

    await relay_outbox(relay_of(pool, producer), asyncio.Event(), 0.05, lambda: None, stop)
    await producer.stop()

    assert await pool.fetchval(LEFT) == 10


@pytest.mark.parametrize("promises", [1, 700])
async def test_a_lane_is_free_as_soon_as_its_messages_are_published(
    kafka: Kafka, topics: Topics, pool: Database, promises: int
) -> None:
    await promise(pool, topics.notices, promises)
    producer = Producer(kafka)

    await publish_outbox(relay_of(pool, producer, lease_s=3600))
    await producer.stop()

    assert await pool.fetchval("SELECT count(*) FROM relay_lane WHERE leased_until > now()") == 0


async def test_a_header_without_a_value_is_published_as_one(
    kafka: Kafka, topics: Topics, pool: Database
) -> None:
    """As a replayed dead letter may have."""
    await promise(pool, topics.notices, 1)
    await pool.execute("UPDATE outbox SET header_names = '{trace}', header_values = ARRAY[NULL]::bytea []")

    async with relaying(kafka, pool):
        await drained(pool)

    (record,) = await records(kafka, topics.notices)
    assert record.headers == (("trace", None),)
