"""The commands that look at servers: topics, migrate, positions, settings; each in a process of its own."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from typing import Any

import asyncpg
import pytest

from tests.integration.conftest import PARTITIONS
from tests.integration.kafka.driving import Message
from worker.kafka.producer import Producer
from worker.kafka.topics import cluster_of
from worker.settings.model import Settings


class Talktime:
    """The command, pointed at the servers of one test."""

    def __init__(self, settings: Settings) -> None:
        self.environment = os.environ | {
            "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": settings.kafka.bootstrap_servers,
            "TALKTIME_KAFKA_START_DEADLINE_S": "2",
            "TALKTIME_POSTGRES_DSN": settings.postgres.dsn,
            "TALKTIME_TOPIC_PREFIX": settings.topics.prefix,
        }

    async def __call__(self, *arguments: str, **environment: str) -> tuple[int, Any, str]:
        """Run it to its end: exit code, document, complaint."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "worker", *arguments),
            env=self.environment | environment,
            stdout=PIPE,
            stderr=PIPE,
        )
        answer, complaint = await process.communicate()
        assert process.returncode is not None
        return process.returncode, json.loads(answer) if answer else None, complaint.decode()


@pytest.fixture
def talktime(settings: Settings) -> Talktime:
    return Talktime(settings)


async def test_topics_are_checked(talktime: Talktime, settings: Settings) -> None:
    code, found, complaint = await talktime("topics", "check", "--json")

    assert (code, complaint) == (0, "")
    assert found[0] == {
        "topic": settings.topics.usage,
        "partitions": PARTITIONS,
        "replication": 1,
        "problem": None,
    }


async def test_missing_topics_are_bad_news_until_they_are_made(talktime: Talktime) -> None:
    other = {"TALKTIME_TOPIC_PREFIX": talktime.environment["TALKTIME_TOPIC_PREFIX"] + "other."}

    missing, states, _ = await talktime("topics", "check", "--json", **other)
    made, _, _ = await talktime("topics", "create", "--partitions", "2", "--json", **other)
    checked, after, _ = await talktime("topics", "check", "--json", **other)

    assert (missing, made, checked) == (1, 0, 0)
    assert all("topics create" in state["problem"] for state in states)
    assert {state["partitions"] for state in after} == {2}


async def test_migrating_again_applies_nothing(talktime: Talktime) -> None:
    assert await talktime("migrate", "--json") == (0, [], "")


async def test_the_number_of_cells_is_that_of_the_first_time(
    talktime: Talktime, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    same = await talktime("migrate", "--cells", "1", "--json")
    code, document, complaint = await talktime("migrate", "--cells", "2", "--json")

    assert same == (0, [], "")
    assert (code, document) == (2, None)
    assert "made with --cells 1" in complaint
    assert await pool.fetchval("SELECT count(*) FROM cell") == 1


async def test_an_absent_broker_is_4_with_one_sentence_about_it(talktime: Talktime) -> None:
    code, document, complaint = await talktime(
        "topics", "check", "--json", TALKTIME_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1"
    )

    assert (code, document) == (4, None)
    assert complaint.splitlines()[-1].startswith(
        "talktime: Kafka at 127.0.0.1:1 (PLAINTEXT) did not take us in"
    )


async def test_an_absent_database_is_4(talktime: Talktime) -> None:
    code, document, complaint = await talktime(
        "migrate", "--json", TALKTIME_POSTGRES_DSN="postgresql://nobody@127.0.0.1:1/nothing"
    )

    assert (code, document) == (4, None)
    assert complaint.startswith("talktime: a server cannot be reached: ")


async def test_wrong_settings_are_3_with_a_line_for_each(talktime: Talktime) -> None:
    code, document, complaint = await talktime(
        "migrate", "--json", TALKTIME_OPEN_DAYS="soon", TALKTIME_LOG_FORMAT="xml"
    )

    assert (code, document) == (3, None)
    assert complaint.splitlines() == [
        "talktime: TALKTIME_LOG_FORMAT: 'xml' is not allowed; allowed: console, json",
        "TALKTIME_OPEN_DAYS: 'soon' is not allowed; allowed: a whole number from 1 up to 366",
    ]


async def test_settings_are_listed_with_their_source(talktime: Talktime) -> None:
    code, found, _ = await talktime("settings", "--json")

    sources = {setting["name"]: setting["source"] for setting in found}
    assert code == 0
    assert sources["TALKTIME_TOPIC_PREFIX"] == "TALKTIME_TOPIC_PREFIX"
    assert sources["TALKTIME_OPEN_DAYS"] == "default"


async def test_nothing_read_yet_is_an_empty_list_and_1(talktime: Talktime) -> None:
    assert await talktime("positions", "list", "--json") == (1, [], "")


async def test_a_lost_position_is_named_and_can_be_skipped_once(
    talktime: Talktime, settings: Settings, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    topic = settings.topics.usage
    await stand(pool, settings, topic, next_offset=70)

    code, (lost,), _ = await talktime("positions", "list", "--json")
    skipped, (after,), _ = await talktime("positions", "skip", topic, "0", "--json")
    again, _, complaint = await talktime("positions", "skip", topic, "0", "--json")

    assert (code, skipped, again) == (1, 0, 1)
    assert lost["problem"] == "offsets 0 to 69 were read and are gone: the log was cut or made again"
    assert (after["next_offset"], after["epoch"], after["problem"], after["lag"]) == (0, 2, None, 0)
    assert complaint == f"talktime: {topic}/0 is in its log: nothing to skip\n"
    assert [tuple(gap) for gap in await pool.fetch("SELECT from_offset, to_offset FROM position_gap")] == [
        (0, 70)
    ]


async def test_a_position_in_its_log_is_well(
    talktime: Talktime, settings: Settings, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    topic = settings.topics.usage
    producer = Producer(settings.kafka)
    await producer.publish([Message(topic, b"acme", b"1"), Message(topic, b"acme", b"2")])
    await producer.stop()
    for partition in range(PARTITIONS):
        await stand(pool, settings, topic, next_offset=0, partition=partition)

    code, found, _ = await talktime("positions", "list", "--json")

    assert code == 0
    assert sorted(one["lag"] for one in found) == [0] * (PARTITIONS - 1) + [2]


async def test_skipping_what_was_never_read_is_1(talktime: Talktime) -> None:
    code, document, complaint = await talktime("positions", "skip", "absent", "0", "--json")

    assert (code, document) == (1, None)
    assert "partition 0 of absent was never read" in complaint


async def stand(
    pool: "asyncpg.Pool[asyncpg.Record]",
    settings: Settings,
    topic: str,
    *,
    next_offset: int,
    partition: int = 0,
) -> None:
    """Put a read position where no worker left it."""
    await pool.execute(
        "INSERT INTO read_position (cell, topic, partition, cluster_id, next_offset, epoch)"
        " VALUES (0, $1, $2, $3, $4, 1)",
        topic,
        partition,
        (await cluster_of(settings.kafka)).cluster_id,
        next_offset,
    )
