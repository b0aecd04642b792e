"""The talktime command as a process of its own: what `up` runs is what everybody runs."""

import asyncio
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Container, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from signal import SIGTERM
from typing import Final

from worker.embedded.child import Child
from worker.embedded.ports import LOOPBACK

READY_WITHIN_S: Final = 90.0
LOOK_AGAIN_S: Final = 0.1
ANSWER_S: Final = 2.0
# A local stack has its own servers: what the environment says about others must not reach them.
REPLACED: Final = (
    "TALKTIME_KAFKA_",
    "TALKTIME_POSTGRES_",
    "TALKTIME_METRICS_",
    "TALKTIME_HTTP_",
    "TALKTIME_STACK",
)


class Command:
    """A long-running talktime command; `port` is where it answers /readyz."""

    def __init__(
        self, name: str, arguments: Sequence[str], *, log: Path, environment: Mapping[str, str], port: int
    ) -> None:
        self._make = partial(_talktime, name, arguments, log=log, environment=environment)
        self._child = self._make()
        self._port = port

    @property
    def child(self) -> Child:
        """The process of the latest start."""
        return self._child

    async def start(self) -> None:
        """Start it; it is not yet known to be ready."""
        self._child = self._make()
        await self._child.start()

    async def ready(self) -> None:
        """Wait until it calls itself ready; `ServerFailedError` when it ends before or takes too long."""
        deadline = time.monotonic() + READY_WITHIN_S
        while not await asyncio.to_thread(_says_yes, f"http://{LOOPBACK}:{self._port}/readyz"):
            if self._child.exit_code is not None:
                raise self._child.failure(f"ended with {self._child.exit_code} while starting")
            if time.monotonic() > deadline:
                raise self._child.failure(f"was not ready within {READY_WITHIN_S:.0f} s")
            await asyncio.sleep(LOOK_AGAIN_S)

    async def stop(self) -> None:
        """End it in good order: it finishes its batch."""
        await self._child.stop(SIGTERM)


async def run_command(
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    limit_s: float,
    accepts: Container[int] = (0,),
) -> tuple[int, str]:
    """Run a talktime command to its end; return its exit code and what it wrote to standard output.

    Raises `ServerFailedError` when it takes longer than `limit_s` or its exit code is not acceptable.
    """
    name = arguments[0]
    output = folder / f"{name}.out"
    output.unlink(missing_ok=True)
    child = _talktime(name, arguments, log=folder / f"{name}.log", environment=environment, output=output)
    await child.start()
    try:
        async with asyncio.timeout(limit_s):
            code = await child.wait()
    except TimeoutError:
        raise child.failure(f"did not end within {limit_s:.0f} s") from None
    finally:
        await child.stop()
    if code not in accepts:
        raise child.failure(f"ended with {code}")
    return code, output.read_text(encoding="utf-8")


def own_environment(variables: Mapping[str, str], servers: Mapping[str, str]) -> dict[str, str]:
    """Make the environment of the stack's commands: its own servers, and everything else as it is."""
    kept = {name: value for name, value in variables.items() if not name.startswith(REPLACED)}
    return kept | dict(servers)


def _talktime(
    name: str,
    arguments: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    output: Path | None = None,
) -> Child:
    # -P: a folder named worker where it happens to run is not the program.
    program = [sys.executable, "-P", "-m", "worker", *arguments]
    return Child(name, program, log=log, environment=environment, output=output)


def _says_yes(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:  # noqa: S310  # The address is ours.
            return bool(answer.status == HTTPStatus.OK)
    except (OSError, urllib.error.URLError):
        return False
