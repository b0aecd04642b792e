"""`talktime worker` as production has it: a process of its own, which tests kill, stop and read."""

import asyncio
import os
import sys
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Final

from worker.embedded.ports import answers, free_port
from worker.settings.model import Settings

STARTS_WITHIN_S: Final = 60
ENDS_WITHIN_S: Final = 30
COMMAND: Final = ("-m", "worker", "worker")

groups = count(1)


class WorkerProcess:
    """One worker; each has a consumer group of its own, so that nobody waits for a dead one's session.

    Where it reads on is in Postgres alone, and so a new group costs nothing.
    """

    def __init__(self, settings: Settings, log: Path, *options: str, **variables: str) -> None:
        self.log = log
        self.port = free_port()
        self._options = options or COMMAND
        self._environment = environment(settings, self.port) | variables
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._options, env=self._environment, stdout=log, stderr=log
            )

    async def answers(self) -> None:
        """Wait until it serves its metrics; from then on it also obeys signals."""
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not answers(self.port):
                assert await self.lives_for(0.05), self.said()[-4000:]

    async def lives_for(self, seconds: float) -> bool:
        """Wait so long; false when it ended before."""
        try:
            async with asyncio.timeout(seconds):
                await self.process.wait()
        except TimeoutError:
            return True
        return False

    async def end(self, number: Signals = SIGTERM) -> int:
        """Send a signal and wait for the end; give the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(ENDS_WITHIN_S):
            return await self.process.wait()

    async def code(self, within_s: float = 60) -> int:
        """Wait until it ends by itself."""
        async with asyncio.timeout(within_s):
            return await self.process.wait()

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    async def metrics(self) -> str:
        def ask() -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
                return str(answer.read().decode())

        return await asyncio.to_thread(ask)


@asynccontextmanager
async def working(
    settings: Settings, log: Path, *options: str, **variables: str
) -> AsyncIterator[WorkerProcess]:
    """Run a worker, and end it whatever the test leaves; it must not have ended by itself."""
    worker = WorkerProcess(settings, log, *options, **variables)
    await worker.start()
    try:
        await worker.answers()
        yield worker
        assert worker.process.returncode is None, worker.said()[-4000:]
        assert await worker.end() == 0, worker.said()[-4000:]
    finally:
        await worker.end(SIGKILL)


def environment(settings: Settings, port: int) -> dict[str, str]:
    """Write settings as the variables that a deployment would set."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("TALKTIME_")}
    kafka = settings.kafka
    variables: Mapping[str, object] = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "KAFKA_GROUP_ID": f"{kafka.group_id}-{next(groups)}",
        "KAFKA_IDEMPOTENCE": kafka.idempotence,
        "KAFKA_SESSION_TIMEOUT_S": kafka.session_timeout_s,
        "KAFKA_REBALANCE_TIMEOUT_S": kafka.rebalance_timeout_s,
        "KAFKA_HEARTBEAT_S": kafka.heartbeat_s,
        "KAFKA_REQUEST_TIMEOUT_S": kafka.request_timeout_s,
        "POSTGRES_DSN": settings.postgres.dsn,
        "TOPIC_PREFIX": settings.topics.prefix,
        "METRICS_PORT": port,
        "SWEEP_RELEASE_EVERY_S": settings.sweep.release_every_s,
    }
    return ours | {f"TALKTIME_{name}": str(value) for name, value in variables.items()}
