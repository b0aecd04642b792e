"""The production shape on this machine, under names and ports of its own."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
# Building the image and starting every server, on a slow machine.
UP_S: Final = 900


@dataclass(frozen=True, slots=True)
class Composed:
    """What `docker compose up` started, and how to reach it from here."""

    project: str
    kafka: str
    prometheus: str
    grafana: str
    environment: dict[str, str]

    def compose(
        self, *arguments: str | Path, timeout_s: float = 120, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Call `docker compose` for this project."""
        run = subprocess.run(
            ["docker", "compose", "--project-name", self.project, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert run.returncode == 0 or not check, (
            f"{run.args} ended with {run.returncode}\n{run.stdout}{run.stderr}"
        )
        return run

    def talktime(self, *arguments: str) -> Any:  # noqa: ANN401 - each command has a document of its own.
        """Call the command inside the worker's container; returns its JSON."""
        return json.loads(self.compose("exec", "--no-TTY", "worker", "talktime", *arguments, "--json").stdout)

    def ask(self, url: str) -> Any:  # noqa: ANN401 - JSON is whatever it holds.
        """Get a JSON document over HTTP."""
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def composed() -> Iterator[Composed]:
    """Build and start everything, wait until all of it is healthy, and forget it at the end."""
    ports = free_ports(3)
    stack = Composed(
        project=f"talktime-test-{ports[0]}",
        kafka=f"127.0.0.1:{ports[0]}",
        prometheus=f"http://127.0.0.1:{ports[1]}",
        grafana=f"http://127.0.0.1:{ports[2]}",
        environment=os.environ
        | {"KAFKA_PORT": str(ports[0]), "PROMETHEUS_PORT": str(ports[1]), "GRAFANA_PORT": str(ports[2])},
    )
    try:
        up = stack.compose("up", "--build", "--wait", "--quiet-pull", timeout_s=UP_S, check=False)
        assert up.returncode == 0, f"{up.stderr}\n{stack.compose('logs', '--tail=40', check=False).stdout}"
        yield stack
    finally:
        stack.compose("down", "--volumes", "--timeout=20", timeout_s=180, check=False)


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on; all are held until the last is found, so that they differ."""
    listeners = [socket() for _ in range(count)]
    try:
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]
    finally:
        for listener in listeners:
            listener.close()
