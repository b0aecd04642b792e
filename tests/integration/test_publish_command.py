"""`talktime publish` in a process of its own, against a real broker."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from tests.integration.conftest import PARTITIONS
from worker.codec.decode import Decoder
from worker.domain.usage import Usage
from worker.settings.servers import Kafka
from worker.settings.topics import Topics

TEAMS = Path(__file__).parents[1] / "acceptance" / "teams"
REPORT = [TEAMS / "pstn-usage.csv", "--format", "teams-pstn", "--mapping", TEAMS / "mapping.toml"]
CALL = (
    '{"tenant_id": "acme", "service": "outbound", "rated_number": "+442079460000", "number_type": "toll",'
    ' "started_at": "2026-01-31T23:59:59Z", "duration_s": 61}\n'
)


class Publisher:
    """The command, pointed at the topics of one test."""

    def __init__(self, kafka: Kafka, topics: Topics) -> None:
        self._environment = os.environ | {
            "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "TALKTIME_KAFKA_START_DEADLINE_S": "5",
            "TALKTIME_TOPIC_PREFIX": topics.prefix,
        }

    async def start(self, *arguments: object, **environment: str) -> Process:
        """Start it, its answer to be read while it runs."""
        command = (sys.executable, "-m", "worker", "publish", *map(str, arguments), "--json")
        return await asyncio.create_subprocess_exec(
            *command, env=self._environment | environment, stdout=PIPE, stderr=PIPE
        )

    async def __call__(self, *arguments: object, **environment: str) -> tuple[int, Any, str]:
        """Run it to its end: exit code, document, complaint."""
        process = await self.start(*arguments, **environment)
        answer, complaint = await process.communicate()
        assert process.returncode is not None
        return process.returncode, json.loads(answer) if answer else None, complaint.decode()


@pytest.fixture
def publish(kafka: Kafka, topics: Topics) -> Publisher:
    return Publisher(kafka, topics)


@pytest.fixture
async def reader(kafka: Kafka, topics: Topics) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topics.usage, partition) for partition in range(PARTITIONS)])
        yield consumer
    finally:
        await consumer.stop()


async def take(reader: AIOKafkaConsumer, count: int) -> list[ConsumerRecord]:
    """Read so many records, and see that no more have come with them."""
    records: list[ConsumerRecord] = []
    async with asyncio.timeout(30):
        while len(records) < count:
            for batch in (await reader.getmany(timeout_ms=500)).values():
                records += batch
    assert len(records) == count
    return records


async def test_a_teams_export_arrives_as_usage_of_its_tenant_and_the_same_way_again(
    publish: Publisher, reader: AIOKafkaConsumer, topics: Topics
) -> None:
    expected = json.loads((TEAMS / "expected-totals.json").read_bytes())
    code, document, _ = await publish(*REPORT)
    assert (code, document["published"]) == (0, expected["charged"])
    assert (len(document["skipped"]), document["rejected"]) == (expected["skipped"], [])

    records = await take(reader, expected["charged"])
    assert {record.key for record in records} == {b"contoso"}
    assert {record.headers for record in records} == {(("content-type", b"application/cloudevents+json"),)}
    decoder = Decoder({topics.usage: "usage"}, {}, 2**20)
    usages = [decoder.decode(record) for record in records]
    assert all(isinstance(usage, Usage) for usage in usages)
    assert len({usage.event_id for usage in usages if isinstance(usage, Usage)}) == len(records)

    assert (await publish(*REPORT))[:2] == (code, document)
    again = await take(reader, expected["charged"])
    assert {record.value for record in again} == {record.value for record in records}


async def test_what_is_good_is_published_beside_what_is_rejected(
    publish: Publisher, reader: AIOKafkaConsumer, tmp_path: Path
) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(CALL + "nonsense\n" + CALL)
    code, document, _ = await publish(file, "--format", "jsonl")
    assert (code, document) == (
        1,
        {"published": 2, "skipped": [], "rejected": [{"line": 2, "reason": "is not JSON"}]},
    )
    assert len({json.loads(record.value)["id"] for record in await take(reader, 2)}) == 2


async def test_a_broker_that_is_away_is_named_and_nothing_is_said_to_be_published(
    publish: Publisher, tmp_path: Path
) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(CALL)
    code, document, complaint = await publish(
        file, "--format", "jsonl", TALKTIME_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1"
    )
    assert (code, document) == (4, None)
    assert "127.0.0.1:1" in complaint
    assert "stopped after 0 events" in complaint


async def test_a_topic_that_is_not_there_is_named(publish: Publisher, tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(CALL)
    code, document, complaint = await publish(file, "--format", "jsonl", TALKTIME_TOPIC_PREFIX="elsewhere.")
    assert document is None
    assert code in {3, 4}
    assert "elsewhere.usage" in complaint


async def test_a_watched_folder_is_published_file_by_file_and_not_again_after_a_restart(
    publish: Publisher, reader: AIOKafkaConsumer, tmp_path: Path
) -> None:
    for expected in (["first.jsonl"], ["second.jsonl"]):
        process = await publish.start("--format", "jsonl", "--watch", tmp_path)
        assert process.stdout is not None
        for name in expected:
            growing = tmp_path / f"{name}.part"
            growing.write_text(CALL.replace("61", str(len(name))))
            growing.rename(tmp_path / name)
            document = json.loads(await process.stdout.readline())
            assert document == {"file": name, "published": 1, "skipped": [], "rejected": []}
        process.send_signal(signal.SIGTERM)
        remainder, _ = await process.communicate()
        assert (process.returncode, remainder) == (0, b"")
    await take(reader, 2)
