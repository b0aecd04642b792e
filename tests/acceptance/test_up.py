import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from tests.acceptance.up_process import IS_UP, Up, environment, talktime, up

TOPICS = {
    "talktime.usage",
    "talktime.accounts",
    "talktime.payments",
    "talktime.recharges",
    "talktime.account-states",
    "talktime.notices",
    "talktime.dead-letters",
}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Up, Path]]:
    folder = tmp_path_factory.mktemp("stack")
    # Servers that do not exist: a stack has its own.
    elsewhere = {
        "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "nowhere.invalid:1",
        "TALKTIME_POSTGRES_DSN": "postgresql://nowhere.invalid/none",
        "TALKTIME_METRICS_PORT": "1",
    }
    with up(folder, variables=environment(folder / "state", **elsewhere)) as running:
        running.until(IS_UP)
        yield running, folder / "state"
        assert running.end(signal.SIGTERM) == 0, running.said


def figure(said: str, name: str) -> int:
    found = re.search(rf"^ *{re.escape(name)} +([0-9,]+)", said, re.MULTILINE)
    assert found, said
    return int(found[1].replace(",", ""))


def test_ten_seconds_of_traffic_are_charged_recharged_and_audited(tmp_path: Path, state: Path) -> None:
    options = ("--for", "10s", "--traffic", "20", "--tenants", "5", "--no-console")
    with up(tmp_path, *options, variables=environment(state)) as running:
        running.until("thrown away at the end")
        found = re.search(r"data +(\S+)", running.said)
        assert found
        data = Path(found[1])
        assert running.end() == 0, running.said
    assert figure(running.said, "events charged") > 100
    assert figure(running.said, "recharges requested") >= 1
    assert figure(running.said, "recharges settled") >= 1
    assert "audit" in running.said
    assert "clean" in running.said
    assert not running.ready_file.exists()
    assert not data.exists()
    assert [*state.rglob("*.json")] == []


def test_the_ready_file_says_where_everything_is(stack: tuple[Up, Path]) -> None:
    running, _ = stack
    found = running.addresses()
    assert found["pid"] == running.process.pid
    assert (found["http"], found["console"]) == (None, None)
    assert re.fullmatch(r"127\.0\.0\.1:\d+", found["kafka"])
    assert found["postgres"].startswith("postgresql://")
    (worker,) = found["worker_pids"]
    os.kill(worker, 0)
    with urlopen(found["metrics"]) as answer:
        assert b"talktime_records_total" in answer.read()


async def test_every_topic_has_twelve_partitions(stack: tuple[Up, Path]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack[0].addresses()["kafka"])
    await admin.start()
    try:
        found = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
    finally:
        await admin.close()
    assert {topic: found.get(topic) for topic in TOPICS} == dict.fromkeys(TOPICS, 12)


async def test_records_of_four_mebibytes_are_accepted(stack: tuple[Up, Path]) -> None:
    address = stack[0].addresses()["kafka"]
    async with AIOKafkaProducer(bootstrap_servers=address, max_request_size=8 * 2**20) as producer:
        await producer.send_and_wait("talktime.usage", bytes(4 * 2**20 - 1024))


async def test_the_database_is_migrated(stack: tuple[Up, Path]) -> None:
    connection = await asyncpg.connect(stack[0].addresses()["postgres"])
    try:
        assert await connection.fetchval("SELECT count(*) FROM schema_migration") > 0
    finally:
        await connection.close()


def test_other_commands_find_the_stack_by_themselves(stack: tuple[Up, Path]) -> None:
    found = talktime("audit", "--json", variables=environment(stack[1]))
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["ok"]


def test_two_stacks_live_side_by_side_and_a_command_asks_which(
    stack: tuple[Up, Path], tmp_path: Path
) -> None:
    variables = environment(stack[1])
    with up(tmp_path, "--data", str(tmp_path / "data"), variables=variables) as second:
        second.until(IS_UP)
        refused = talktime("audit", variables=variables)
        assert refused.returncode == 3
        assert str(tmp_path / "data") in refused.stderr
        assert second.end(signal.SIGTERM) == 0
    assert talktime("audit", variables=variables).returncode == 0
