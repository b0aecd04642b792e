import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from worker.embedded.cannot_start import CannotStartError
from worker.embedded.registry import Addresses, Announcement, forget_dead, fresh_folder
from worker.settings.stack import registry

HERE = Addresses(
    kafka="127.0.0.1:1",
    postgres="postgresql://talktime:secret@127.0.0.1:2/postgres",
    metrics="http://127.0.0.1:3/metrics",
    pid=os.getpid(),
    worker_pids=(17,),
)


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_ready_file_holds_every_address(tmp_path: Path, variables: dict[str, str]) -> None:
    ready = tmp_path / "ready.json"
    Announcement(tmp_path, ready, temporary=False, variables=variables).publish(HERE)
    assert json.loads(ready.read_text()) == {
        "kafka": "127.0.0.1:1",
        "postgres": "postgresql://talktime:secret@127.0.0.1:2/postgres",
        "http": None,
        "metrics": "http://127.0.0.1:3/metrics",
        "console": None,
        "pid": os.getpid(),
        "worker_pids": [17],
    }


def test_what_holds_the_password_is_for_its_owner_alone(tmp_path: Path, variables: dict[str, str]) -> None:
    ready = tmp_path / "ready.json"
    Announcement(tmp_path, ready, temporary=False, variables=variables).publish(HERE)
    (registration,) = registry(variables).iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (ready, registration)] == [0o600, 0o600]


def test_without_a_place_to_register_the_ready_file_is_still_written(tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.touch()
    announcement = Announcement(
        tmp_path, tmp_path / "ready.json", temporary=False, variables={"XDG_STATE_HOME": str(nowhere)}
    )
    announcement.publish(HERE)
    assert (tmp_path / "ready.json").exists()
    announcement.withdraw()


def test_nothing_is_left_at_the_end(tmp_path: Path, variables: dict[str, str]) -> None:
    announcement = Announcement(tmp_path, tmp_path / "ready.json", temporary=False, variables=variables)
    announcement.publish(HERE)
    announcement.withdraw()
    announcement.withdraw()
    assert [*tmp_path.glob("ready*")] == []
    assert [*registry(variables).iterdir()] == []


def test_the_ready_file_of_a_killed_stack_is_removed_at_once(
    tmp_path: Path, variables: dict[str, str], dead_pid: int
) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({"pid": dead_pid}))
    Announcement(tmp_path, ready, temporary=False, variables=variables).prepare()
    assert not ready.exists()


def test_the_ready_file_of_a_running_stack_stays(tmp_path: Path, variables: dict[str, str]) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({"pid": os.getppid()}))
    Announcement(tmp_path, ready, temporary=False, variables=variables).prepare()
    assert ready.exists()


def test_a_ready_file_that_cannot_be_written_is_refused_before_anything_starts(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    (tmp_path / "file").touch()
    for ready in (tmp_path, tmp_path / "file" / "ready.json"):
        with pytest.raises(CannotStartError):
            Announcement(tmp_path, ready, temporary=False, variables=variables).prepare()


def test_what_a_killed_stack_left_behind_is_removed(variables: dict[str, str], dead_pid: int) -> None:
    folder = fresh_folder()
    registry(variables).mkdir(parents=True)
    registration = registry(variables) / "1.json"
    registration.write_text(json.dumps({"pid": dead_pid, "data": str(folder), "temporary": True}))
    forget_dead(variables)
    assert not registration.exists()
    assert not folder.exists()


def test_data_that_was_to_be_kept_is_kept(tmp_path: Path, variables: dict[str, str], dead_pid: int) -> None:
    folder = tmp_path / "talktime-precious"
    folder.mkdir()
    registry(variables).mkdir(parents=True)
    registration = registry(variables) / "1.json"
    registration.write_text(json.dumps({"pid": dead_pid, "data": str(folder), "temporary": False}))
    forget_dead(variables)
    assert not registration.exists()
    assert folder.exists()


def test_a_registration_that_nobody_can_read_is_left_alone(variables: dict[str, str]) -> None:
    registry(variables).mkdir(parents=True)
    strange = registry(variables) / "strange.json"
    strange.write_text("{")
    forget_dead(variables)
    assert strange.exists()
