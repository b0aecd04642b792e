"""`talktime up` as its user has it: a process with its output."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

IS_UP = "talktime is up"
TALKTIME = [sys.executable, "-m", "worker"]


def environment(state: Path, **more: str) -> dict[str, str]:
    """The environment of a user who has set nothing, with a folder of its own for what stacks register."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("TALKTIME_")}
    return ours | {"XDG_STATE_HOME": str(state), "TMPDIR": str(state.parent), "COLUMNS": "200"} | more


class Up:
    """A running `talktime up`; what it writes is read line by line, errors included."""

    def __init__(self, process: subprocess.Popen[str], ready_file: Path) -> None:
        self.process = process
        self.ready_file = ready_file
        self.said = ""

    def until(self, words: str) -> None:
        """Read on until a line holds these words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return
        raise AssertionError(f"never said {words!r}:\n{self.said}")

    def addresses(self) -> dict[str, Any]:
        """What the ready file says now."""
        found: dict[str, Any] = json.loads(self.ready_file.read_text())
        return found

    def end(self, number: signal.Signals | None = None, *, group: bool = False) -> int:
        """Send a signal, to the process or to its group; wait for the end and return the exit code."""
        if number is not None:
            (os.killpg if group else os.kill)(self.process.pid, number)
        assert self.process.stdout is not None
        self.said += self.process.stdout.read()
        return self.process.wait()


@contextmanager
def up(folder: Path, *options: str, variables: Mapping[str, str]) -> Iterator[Up]:
    """Start it, in a session of its own as a shell does, and end it whatever the test leaves."""
    ready_file = folder / "ready.json"
    with subprocess.Popen(
        [*TALKTIME, "up", "--ready-file", str(ready_file), *options],
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Up(process, ready_file)
        finally:
            process.kill()


def talktime(*arguments: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run another command to its end."""
    return subprocess.run(
        [*TALKTIME, *arguments], env=dict(variables), capture_output=True, text=True, check=False
    )
