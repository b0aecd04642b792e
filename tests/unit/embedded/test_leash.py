import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from worker.embedded.child import LEASH, Child

# The watcher of systems whose kernel does not tell a process of its parent's end; it works everywhere.
WATCH = f"""
import runpy, signal, sys
leash = runpy.run_path({str(LEASH)!r}, run_name="leash")
sys.exit(leash["_watch"](signal.SIGTERM, sys.argv[1:]))
"""

SAYS_ITS_NUMBER = [sys.executable, "-c", "import os, signal; print(os.getpid(), flush=True); signal.pause()"]

# An owner that starts a child and waits.
OWNER = """
import asyncio, sys
from pathlib import Path
from worker.embedded.child import Child

async def own():
    child = Child("sleeper", sys.argv[2:], log=Path(sys.argv[1]), environment={})
    await child.start()
    await asyncio.Event().wait()

asyncio.run(own())
"""


def watch(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WATCH, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_a_watched_command_ends_when_its_owner_does() -> None:
    with watch(SAYS_ITS_NUMBER) as watcher:
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        pid = int(watcher.stdout.readline())
        watcher.stdin.close()
        watcher.wait()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_watcher_passes_signals_on_and_repeats_the_exit_code() -> None:
    command = (
        "import signal, sys; signal.signal(signal.SIGINT, lambda *_: sys.exit(7)); print(); signal.pause()"
    )
    with watch([sys.executable, "-uc", command]) as watcher:
        assert watcher.stdout is not None
        watcher.stdout.readline()
        watcher.send_signal(signal.SIGINT)
        assert watcher.wait() == 7


def test_a_child_whose_owner_is_killed_ends(tmp_path: Path) -> None:
    log = tmp_path / "log"
    os.mkfifo(log)
    with (
        subprocess.Popen([sys.executable, "-c", OWNER, str(log), *SAYS_ITS_NUMBER]) as owner,
        log.open() as said,
    ):
        assert int(said.readline()) != owner.pid
        owner.kill()
        # The end of what is said comes when nobody is left who could say more.
        assert said.read() == ""


def test_a_child_that_comes_too_late_ends_at_once() -> None:
    command = [sys.executable, "-I", "-S", str(LEASH), "1", "9", str(os.geteuid()), str(os.getegid()), "0"]
    assert subprocess.run([*command, sys.executable, "-c", "print(1)"], check=False).returncode == 75


async def test_a_child_that_obeys_no_signal_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.embedded.child.OBEYS_WITHIN_S", 0.2)
    child = Child(
        "deaf", [sys.executable, "-c", "import signal; signal.pause()"], log=tmp_path / "log", environment={}
    )
    # A child inherits what is ignored: no moment is left in which it obeys.
    heard = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    await child.start()
    signal.signal(signal.SIGTERM, heard)
    await child.stop(signal.SIGTERM)
    assert child.exit_code == -signal.SIGKILL


async def test_a_failure_carries_the_end_of_the_log(tmp_path: Path) -> None:
    child = Child(
        "grumbler",
        [sys.executable, "-c", "raise SystemExit('out of ink')"],
        log=tmp_path / "log",
        environment={},
    )
    await child.start()
    assert await child.wait() == 1
    assert "out of ink" in str(child.failure("ended"))


async def test_children_started_at_once_do_not_mix(tmp_path: Path) -> None:
    children = [
        Child(str(n), [sys.executable, "-c", f"print({n})"], log=tmp_path / str(n), environment={})
        for n in range(3)
    ]
    await asyncio.gather(*(child.start() for child in children))
    await asyncio.gather(*(child.wait() for child in children))
    assert [json.loads(child.log.read_text()) for child in children] == [0, 1, 2]
