import contextlib
import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from tests.acceptance.up_process import Up, environment, talktime, up

IS_UP = "talktime is up"
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


def connected(addresses: dict[str, object]) -> list[socket.socket]:
    postgres = urlsplit(str(addresses["postgres"]))
    metrics = urlsplit(str(addresses["metrics"]))
    kafka = urlsplit(f"//{addresses['kafka']}")
    return [socket.create_connection(("127.0.0.1", place.port or 0)) for place in (postgres, metrics, kafka)]


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


def test_the_database_survives_where_it_is_to_be_kept(tmp_path: Path, state: Path) -> None:
    variables = environment(state)
    options = ("--data", str(tmp_path / "data"))
    with up(tmp_path, *options, variables=variables) as first:
        first.until(IS_UP)
        terms = ("--currency", "USD", "--timezone", "Europe/Istanbul", "--rate-deck", "standard")
        opened = talktime("accounts", "open", "acme", *terms, variables=variables)
        assert opened.returncode == 0, opened.stderr
        # To the whole group, as a terminal sends Ctrl-C.
        assert first.end(signal.SIGINT, group=True) == 0, first.said
    with up(tmp_path, *options, variables=variables) as second:
        second.until(IS_UP)
        shown = talktime("accounts", "show", "acme", "--json", variables=variables)
        assert json.loads(shown.stdout)["tenant_id"] == "acme"
        assert second.end(signal.SIGINT, group=True) == 0, second.said


def test_nothing_outlives_a_stack_that_was_killed(tmp_path: Path, state: Path) -> None:
    with up(tmp_path, "--traffic", "20", variables=environment(state)) as running:
        running.until(IS_UP)
        doors = connected(running.addresses())
        running.process.kill()
        for door in doors:
            # The server's end of the connection is closed when nobody holds it any more.
            with door, contextlib.suppress(ConnectionResetError):
                assert door.recv(1) == b""


def test_a_worker_that_is_killed_is_started_again(tmp_path: Path, state: Path) -> None:
    with up(tmp_path, "--traffic", "50", variables=environment(state)) as running:
        running.until(IS_UP)
        (first,) = running.addresses()["worker_pids"]
        os.kill(first, signal.SIGKILL)
        running.until("a server is back")
        (second,) = running.addresses()["worker_pids"]
        assert second != first
        assert running.end(signal.SIGTERM) == 0, running.said
    assert "clean" in running.said


def test_a_worker_that_keeps_dying_ends_the_stack(tmp_path: Path, state: Path) -> None:
    with up(tmp_path, variables=environment(state)) as running:
        running.until(IS_UP)
        for _ in range(5):
            (worker,) = running.addresses()["worker_pids"]
            os.kill(worker, signal.SIGKILL)
            running.until("a server is back")
        (worker,) = running.addresses()["worker_pids"]
        os.kill(worker, signal.SIGKILL)
        assert running.end() == 70
    assert "died 6 times" in running.said
    assert not running.ready_file.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(("--for", "3x"), "30s, 5m or 1h", id="no time"),
        pytest.param(("--for", "0s"), "30s, 5m or 1h", id="no time at all"),
        pytest.param(("--traffic", "nan"), "--traffic", id="no rate"),
        pytest.param(("--traffic", "-1"), "--traffic", id="a rate below 0"),
        pytest.param(("--tenants", "0"), "--tenants", id="nobody"),
        pytest.param(("--port-base", "65535"), "--port-base", id="no room for three ports"),
    ],
)
def test_a_wrong_option_is_named_before_anything_starts(
    options: tuple[str, ...], words: str, tmp_path: Path, state: Path
) -> None:
    refused = talktime("up", "--data", str(tmp_path / "data"), *options, variables=environment(state))
    assert refused.returncode == 2
    assert words in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_named(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = talktime("up", "--port-base", str(port), variables=environment(state))
    assert refused.returncode == 3
    assert f"port {port} is in use" in refused.stderr


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path, state: Path) -> None:
    (tmp_path / "file").touch()
    refused = talktime("up", "--data", str(tmp_path / "file"), variables=environment(state))
    assert refused.returncode == 3
    assert "cannot be a folder" in refused.stderr
