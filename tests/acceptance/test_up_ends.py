import contextlib
import json
import os
import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.acceptance.up_process import IS_UP, environment, talktime, up
from worker.app.up import LOOK_EVERY_S


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def connected(addresses: dict[str, object]) -> list[socket.socket]:
    postgres = urlsplit(str(addresses["postgres"]))
    metrics = urlsplit(str(addresses["metrics"]))
    kafka = urlsplit(f"//{addresses['kafka']}")
    return [socket.create_connection(("127.0.0.1", place.port or 0)) for place in (postgres, metrics, kafka)]


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


def test_what_a_killed_worker_had_done_is_in_the_summary_of_a_quiet_stack(
    tmp_path: Path, state: Path
) -> None:
    variables = environment(state)
    with up(tmp_path, variables=variables) as running:
        running.until(IS_UP)
        terms = ("--currency", "USD", "--timezone", "UTC", "--rate-deck", "standard")
        talktime("accounts", "open", "acme", *terms, variables=variables)
        talktime("accounts", "auto-recharge", "acme", "--trigger", "5", "--amount", "20", variables=variables)
        seen_s = time.monotonic() + 2 * LOOK_EVERY_S
        while time.monotonic() < seen_s:
            talktime("accounts", "show", "acme", variables=variables)
        (worker,) = running.addresses()["worker_pids"]
        os.kill(worker, signal.SIGKILL)
        running.until("a server is back")
        assert running.end(signal.SIGTERM) == 0, running.said
    (line,) = [line for line in running.said.splitlines() if "recharges requested" in line]
    assert line.split()[-1] == "1"


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
