"""A whole stack of its own, run and asked by the commands that a user has."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError

READY: Final = "talktime is up"
COMMAND_S: Final = 120
ASKS: Final = 200


@dataclass(frozen=True, slots=True)
class RunningStack:
    """The addresses of the stack, as its ready file has them, and the commands that find it by themselves."""

    addresses: dict[str, Any]
    environment: dict[str, str]

    def talktime(self, *arguments: object, exit_code: int = 0) -> Any:  # noqa: ANN401 - each command has a document of its own.
        """Run a command to its end; returns its JSON."""
        run = subprocess.run(
            [sys.executable, "-m", "worker", *map(str, arguments), "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        assert run.returncode == exit_code, (
            f"{run.args} ended with {run.returncode}\n{run.stdout}{run.stderr}"
        )
        return json.loads(run.stdout)

    def until(self, ask: Callable[[], Any], wanted: object) -> None:
        """Ask until the answer is the wanted one; asking takes time enough, so there is no pause between."""
        answer = None
        for _ in range(ASKS):
            answer = ask()
            if answer == wanted:
                return
        raise AssertionError(f"{answer!r} instead of {wanted!r}")

    def outcomes(self, outcome: str) -> int:
        """Count the usage records that ended so, as the worker's metrics tell it."""
        try:
            with urllib.request.urlopen(self.addresses["metrics"], timeout=10) as answer:
                lines = answer.read().decode().splitlines()
        except URLError:
            return -1
        name = "talktime_records_total{"
        counted = [line for line in lines if line.startswith(name) and f'outcome="{outcome}"' in line]
        return sum(int(float(line.rsplit(" ", 1)[1])) for line in counted if ".usage" in line)


@contextmanager
def running_stack(folder: Path) -> Iterator[RunningStack]:
    """Start a stack, wait until it answers, and stop it; its audit must be clean."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TALKTIME_")}
    environment["XDG_STATE_HOME"] = str(folder / "state")
    ready_file, log = folder / "ready.json", folder / "up.log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "worker", "up", "--ready-file", str(ready_file)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        assert any(READY in line for line in process.stdout), log.read_text(encoding="utf-8")[-4000:]
        yield RunningStack(json.loads(ready_file.read_bytes()), environment)
    finally:
        process.terminate()
        end, _ = process.communicate(timeout=COMMAND_S)
    assert process.returncode == 0, end + log.read_text(encoding="utf-8")[-4000:]
