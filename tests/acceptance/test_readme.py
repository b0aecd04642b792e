import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.readme import README, Command, commands

PROGRAMS = Path(sys.executable).parent
# The longest that one command of a README may take, on a slow machine.
COMMAND_S = 120


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Run a stack that the commands find by themselves; yields the environment in which they do."""
    state = tmp_path_factory.mktemp("state")
    ready = state / "ready.json"
    own = {name: value for name, value in os.environ.items() if not name.startswith("TALKTIME_")}
    own |= {"XDG_STATE_HOME": str(state), "PATH": f"{PROGRAMS}{os.pathsep}{own.get('PATH', os.defpath)}"}
    with (state / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [PROGRAMS / "talktime", "up", "--no-console", "--ready-file", str(ready)],
            env=own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        try:
            assert up.stdout is not None
            # It prints its addresses once they are in the file.
            while not ready.exists():
                assert up.stdout.readline(), (state / "up.log").read_text(encoding="utf-8", errors="replace")
            yield own
        finally:
            up.send_signal(signal.SIGTERM)
            up.communicate(timeout=COMMAND_S)


def runnable() -> list[Command]:
    return [command for command in commands() if command.elsewhere is None]


@pytest.mark.skipif(not runnable(), reason="the README has no command that needs a stack")
def test_the_commands_of_the_readme_do_what_it_says(environment: dict[str, str]) -> None:
    failures = []
    for command in runnable():
        run = subprocess.run(
            ["/bin/sh", "-c", command.text],
            cwd=README.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        if run.returncode != command.exits:
            failures.append(f"README.md:{command.line} {command.text}\n{run.stdout}{run.stderr}")

    assert failures == []
