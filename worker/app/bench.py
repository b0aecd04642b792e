"""The benchmark on servers of its own: each measurement gets an empty database and an empty broker."""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Final

from worker.bench.databases import fresh_database
from worker.bench.machine import Servers
from worker.bench.place import BenchFailedError, MakePlace, Process
from worker.bench.plan import Plan
from worker.bench.rounds import Measured, measure_all
from worker.embedded.broker import Broker
from worker.embedded.child import Child
from worker.embedded.command import Command
from worker.embedded.ports import LOOPBACK, free_port
from worker.embedded.postgres import Postgres
from worker.settings.load import load
from worker.settings.model import Settings

# What the environment says about servers and topics is about others.
REPLACED: Final = ("TALKTIME_POSTGRES_", "TALKTIME_METRICS_", "TALKTIME_STACK", "TALKTIME_TOPIC_")
REPLACED_OWN_BROKER: Final = (*REPLACED, "TALKTIME_KAFKA_")

COMMON: Final = {
    "TALKTIME_KAFKA_HEARTBEAT_S": "1",
    # Workers stand still while their topic is filled: no answer is late only because nobody read it.
    "TALKTIME_KAFKA_REQUEST_TIMEOUT_S": "310",
    "TALKTIME_METRICS_HOST": LOOPBACK,
    "TALKTIME_LOG_LEVEL": "warning",
}

# The embedded broker misses nobody who is silent, and lets a member join after half its session timeout.
# Within a fetch it looks for records that have come only once in half of the wait.
OWN_BROKER: Final = {
    "TALKTIME_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT",
    "TALKTIME_KAFKA_IDEMPOTENCE": "false",
    "TALKTIME_KAFKA_FETCH_WAIT_MS": "50",
    "TALKTIME_KAFKA_SESSION_TIMEOUT_S": "6",
    "TALKTIME_KAFKA_REBALANCE_TIMEOUT_S": "6",
}
OTHER_BROKER: Final = {
    "TALKTIME_KAFKA_SESSION_TIMEOUT_S": "300",
    "TALKTIME_KAFKA_REBALANCE_TIMEOUT_S": "300",
}


@dataclass(frozen=True, slots=True)
class OthersServers:
    """Servers that somebody named; empty: our own. Kafka's other settings then come from TALKTIME_KAFKA_*."""

    kafka: str = ""
    postgres: str = ""


async def bench(plan: Plan, others: OthersServers, progress: Callable[[str], None]) -> Measured:
    """Measure everything; raises what servers raise that cannot start, and `BenchFailedError`."""
    async with places(others) as (make_place, servers):
        return await measure_all(plan, make_place, servers, progress)


@asynccontextmanager
async def places(others: OthersServers) -> AsyncIterator[tuple[MakePlace, Servers]]:
    """Start the database server, and have a new broker for each place; at the end nothing is left of them."""
    folder = Path(tempfile.mkdtemp(prefix="talktime-bench-"))
    own = None if others.postgres else Postgres(folder / "postgres")
    try:
        dsn = others.postgres or await _started(own)
        postmaster = own.child.pid if own else None
        servers = Servers(dsn, "embedded" if own else "other", "other" if others.kafka else "embedded")
        yield _Places(folder, dsn, postmaster, others.kafka).make, servers
    finally:
        if own is not None:
            await own.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _started(own: Postgres | None) -> str:
    assert own is not None
    return await own.start()


class _Places:
    """Makes one place after another."""

    def __init__(self, folder: Path, dsn: str, postmaster: int | None, kafka: str) -> None:
        self._folder = folder
        self._dsn = dsn
        self._postmaster = postmaster
        self._kafka = kafka
        self._made = 0

    @asynccontextmanager
    async def make(self) -> AsyncIterator["_Place"]:
        self._made += 1
        suffix = f"{os.getpid()}x{self._made}"
        folder = self._folder / suffix
        folder.mkdir()
        broker = None if self._kafka else Broker(folder)
        try:
            bootstrap = self._kafka or await _broker_started(broker)
            async with fresh_database(self._dsn, suffix) as dsn:
                yield _Place(
                    folder, _environment(bootstrap, dsn, suffix, own=broker is not None), self._postmaster
                )
        finally:
            if broker is not None:
                await broker.stop()
            shutil.rmtree(folder, ignore_errors=True)


async def _broker_started(broker: Broker | None) -> str:
    assert broker is not None
    return await broker.start()


def _environment(bootstrap: str, dsn: str, suffix: str, *, own: bool) -> dict[str, str]:
    replaced = REPLACED_OWN_BROKER if own else REPLACED
    kept = {name: value for name, value in os.environ.items() if not name.startswith(replaced)}
    ours = COMMON | {
        "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "TALKTIME_KAFKA_GROUP_ID": f"talktime-bench-{suffix}",
        "TALKTIME_POSTGRES_DSN": dsn,
        "TALKTIME_TOPIC_PREFIX": f"talktime-bench-{suffix}.",
    }
    return kept | ours | (OWN_BROKER if own else OTHER_BROKER)


class _Place:
    """One measurement's database and topics, and the processes on them."""

    def __init__(self, folder: Path, environment: Mapping[str, str], postmaster: int | None) -> None:
        self.settings: Settings = load(variables=environment)
        self.postmaster = postmaster
        self._folder = folder
        self._environment = environment

    async def start_worker(self) -> Process:
        """Start the very command that production runs, and wait until it calls itself ready."""
        port = free_port()
        environment = {**self._environment, "TALKTIME_METRICS_PORT": str(port)}
        log = self._folder / f"worker-{port}.log"
        command = Command("worker", ["worker"], log=log, environment=environment, port=port)
        await command.start()
        try:
            await command.ready()
        except BaseException:
            await command.stop()
            raise
        return Process(command.child.pid, lambda: command.child.exit_code, command.stop)

    async def start_naive(self, connections: int) -> Process:
        """Start the naive worker."""
        program = [sys.executable, "-P", "-m", "worker.bench.naive", str(connections)]
        log = self._folder / "naive.log"
        child = Child("the naive worker", program, log=log, environment=self._environment)
        await child.start()

        async def stop() -> None:
            await child.stop(SIGTERM)

        return Process(child.pid, lambda: child.exit_code, stop)

    async def audit(self) -> float:
        """Run the very command that people run, in a process of its own."""
        began_s = time.perf_counter()
        program = [sys.executable, "-P", "-m", "worker", "audit", "--json"]
        audit = await asyncio.create_subprocess_exec(
            *program, env=self._environment, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            code = await audit.wait()
        finally:
            if audit.returncode is None:
                audit.kill()
        if code:
            raise BenchFailedError(f"the audit ended with {code}")
        return time.perf_counter() - began_s
