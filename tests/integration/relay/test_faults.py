"""The relay when the broker hangs, and when another relay is killed, stopped, or loses its lanes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import pytest

from tests.integration.relay import lone_relay
from tests.integration.relay.promising import (
    A_MOMENT,
    drained,
    firsts,
    promise,
    published,
    relay_of,
    relaying,
)
from worker.embedded.broker import Broker
from worker.kafka.bounds import log_bounds
from worker.kafka.producer import Producer
from worker.kafka.topics import create_topics
from worker.postgres.transaction import Database
from worker.settings.servers import Kafka
from worker.settings.topics import Topics
from worker.transactions.publish_outbox import LanesLostError, publish_outbox

TOPICS = Topics()
PARTITIONS = 4
MESSAGES = 20_000
SIZE = 500
# One batch of at most 128 KiB a partition may be under way.
UNDER_WAY = PARTITIONS * (131_072 // SIZE)
ROOT = Path(__file__).parents[3]

LEASED = "SELECT count(*) FROM relay_lane WHERE leased_until > now()"
UNTIL = "SELECT max(leased_until) FROM relay_lane"
IN_TRANSACTION = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
"""
LOCKED_ROWS = """
    SELECT count(*) FROM outbox
    WHERE (account_id, sequence) NOT IN (
        SELECT account_id, sequence FROM outbox FOR UPDATE SKIP LOCKED
    )
"""


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    await broker.stop()


@pytest.fixture
async def own_kafka(broker: Broker) -> Kafka:
    kafka = Kafka(
        bootstrap_servers=await broker.start(), idempotence=False, request_timeout_s=30, stop_deadline_s=4
    )
    await create_topics(kafka, TOPICS, partitions=PARTITIONS)
    return kafka


@contextmanager
def hanging(broker: Broker) -> Iterator[None]:
    os.kill(broker.child.pid, SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.child.pid, SIGCONT)


@asynccontextmanager
async def lone(dsn: str, kafka: Kafka, lease_s: float) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, lone_relay.__file__, dsn, kafka.bootstrap_servers, str(lease_s)),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(SIGCONT)
            process.kill()
        await process.wait()


async def leased(pool: Database) -> None:
    async with asyncio.timeout(30):
        while not await pool.fetchval(LEASED):
            await pool.execute(A_MOMENT)


async def written(kafka: Kafka) -> int:
    bounds = await log_bounds(kafka, [(TOPICS.notices, number) for number in range(PARTITIONS)])
    return sum(end for _, end in bounds.values())


def in_order(found: dict[bytes, list[int]]) -> bool:
    return all(firsts(numbers) == sorted(set(numbers)) for numbers in found.values())


async def test_a_broker_that_hangs_holds_no_lock_in_the_database(
    own_kafka: Kafka, broker: Broker, dsn: str, pool: Database
) -> None:
    async with lone(dsn, own_kafka, lease_s=1) as process:
        with hanging(broker):
            await promise(pool, TOPICS.notices, 500)
            await leased(pool)
            # Longer than the lease: it is renewed meanwhile.
            for _ in range(100):
                assert await pool.fetchval(LOCKED_ROWS) == 0
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute("SET LOCAL lock_timeout = '200ms'")
                    await connection.execute("LOCK TABLE outbox, relay_lane IN ACCESS EXCLUSIVE MODE")
                await pool.execute(A_MOMENT)
            assert await pool.fetchval(IN_TRANSACTION) == 0
            assert await pool.fetchval(LEASED) > 0
        await drained(pool)
        process.send_signal(SIGTERM)
        assert await process.wait() == 0

    assert await written(own_kafka) == 500


async def test_the_lanes_of_a_relay_that_was_killed_are_taken_over_after_its_lease(
    own_kafka: Kafka, broker: Broker, dsn: str, pool: Database
) -> None:
    async with lone(dsn, own_kafka, lease_s=3) as process:
        with hanging(broker):
            await promise(pool, TOPICS.notices, 1_000)
            await leased(pool)
            process.send_signal(SIGKILL)
            await process.wait()
            until = await pool.fetchval(UNTIL)
        async with relaying(own_kafka, pool):
            await drained(pool)

    assert await pool.fetchval("SELECT now() > $1", until)
    found = await published(own_kafka, TOPICS.notices)
    assert in_order(found)
    assert {number for numbers in found.values() for number in numbers} == set(range(1, 1_001))


async def test_a_relay_that_stood_still_sends_nothing_more_once_its_lease_is_over(
    own_kafka: Kafka, broker: Broker, dsn: str, pool: Database
) -> None:
    async with lone(dsn, own_kafka, lease_s=2) as process:
        with hanging(broker):
            await promise(pool, TOPICS.notices, MESSAGES, size=SIZE)
            await leased(pool)
            process.send_signal(SIGSTOP)
        async with relaying(own_kafka, pool, most=1_000):
            await drained(pool)
        before = await written(own_kafka)
        process.send_signal(SIGCONT)
        process.send_signal(SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == 0

    assert MESSAGES <= before <= MESSAGES + UNDER_WAY
    assert await written(own_kafka) <= before + UNDER_WAY
    found = await published(own_kafka, TOPICS.notices)
    assert in_order(found)
    assert {number for numbers in found.values() for number in numbers} == set(range(1, MESSAGES + 1))


async def test_a_relay_whose_lanes_another_has_taken_withdraws_what_it_has_not_sent(
    own_kafka: Kafka, broker: Broker, pool: Database
) -> None:
    producer = Producer(own_kafka)
    await producer.start()
    with hanging(broker):
        await promise(pool, TOPICS.notices, MESSAGES, size=SIZE)
        publishing = asyncio.create_task(publish_outbox(relay_of(pool, producer, lease_s=6, most=10_000)))
        await leased(pool)
        await pool.execute("UPDATE relay_lane SET holder = gen_random_uuid()")
        async with asyncio.timeout(30):
            await asyncio.wait({publishing})
    assert isinstance(publishing.exception(), LanesLostError)

    # The producer is as good as new, and what it has left is not sent behind our back.
    await pool.execute("UPDATE relay_lane SET leased_until = '-infinity'")
    sent, _ = await publish_outbox(relay_of(pool, producer, most=10))
    await producer.stop()

    assert sent == 160
    assert await written(own_kafka) <= UNDER_WAY + 160
