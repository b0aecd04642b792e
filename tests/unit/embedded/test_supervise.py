import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from worker.embedded import supervise
from worker.embedded.child import Child
from worker.embedded.supervise import RESTARTS, GaveUpError, Supervised

WAITS = "import signal; signal.pause()"
DIES = "raise SystemExit('no ink')"


class Scribe:
    """A server that is a line of Python, and counts its starts."""

    def __init__(self, log: Path, program: str) -> None:
        self.starts = 0
        self._log = log
        self._program = program
        self._child = self._make()

    def _make(self) -> Child:
        return Child("scribe", [sys.executable, "-c", self._program], log=self._log, environment={})

    @property
    def child(self) -> Child:
        return self._child

    async def start(self) -> None:
        self.starts += 1
        self._child = self._make()
        await self._child.start()

    async def stop(self) -> None:
        await self._child.stop(signal.SIGTERM)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "FIRST_WAIT_S", 0.001)


@pytest.fixture
async def scribe(tmp_path: Path) -> AsyncIterator[Scribe]:
    scribe = Scribe(tmp_path / "log", WAITS)
    await scribe.start()
    yield scribe
    await scribe.stop()


async def test_a_killed_server_is_started_again(scribe: Scribe) -> None:
    revived = asyncio.Event()

    async def afterwards() -> None:
        revived.set()

    keeping = asyncio.create_task(Supervised(scribe, afterwards=afterwards).keep())
    first = scribe.child.pid
    os.kill(first, signal.SIGKILL)
    await revived.wait()
    assert scribe.child.pid != first
    assert scribe.child.exit_code is None
    keeping.cancel()


async def test_a_server_that_keeps_dying_is_given_up_with_the_end_of_its_log(tmp_path: Path) -> None:
    scribe = Scribe(tmp_path / "log", DIES)
    await scribe.start()
    with pytest.raises(GaveUpError, match="no ink"):
        await Supervised(scribe).keep()
    assert scribe.starts == 1 + RESTARTS


async def test_who_lived_long_enough_begins_a_new_count(
    scribe: Scribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "STEADY_S", 0.0)
    revived = asyncio.Semaphore(0)

    async def afterwards() -> None:
        revived.release()

    keeping = asyncio.create_task(Supervised(scribe, afterwards=afterwards).keep())
    for _ in range(2 * RESTARTS):
        os.kill(scribe.child.pid, signal.SIGKILL)
        await revived.acquire()
    assert not keeping.done()
    keeping.cancel()


async def test_a_renewal_is_no_death(scribe: Scribe) -> None:
    deaths = 0

    async def afterwards() -> None:
        nonlocal deaths
        deaths += 1

    supervised = Supervised(scribe, afterwards=afterwards)
    keeping = asyncio.create_task(supervised.keep())
    for _ in range(2 * RESTARTS):
        await supervised.renew()
    assert deaths == 0
    assert not keeping.done()
    keeping.cancel()
