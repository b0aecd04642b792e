"""A stack on this machine: Postgres, a broker and a worker, kept alive together."""

import asyncio
import os
from collections.abc import Callable, Container, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from worker.embedded.broker import Broker
from worker.embedded.cannot_start import CannotStartError
from worker.embedded.command import Command, own_environment, run_command
from worker.embedded.figures import Figures, Meter
from worker.embedded.ports import LOOPBACK, free_port, is_free
from worker.embedded.postgres import Postgres
from worker.embedded.registry import Addresses
from worker.embedded.supervise import Supervised

PARTITIONS: Final = 12
RUNS_WITHIN_S: Final = 120.0

A = TypeVar("A")
B = TypeVar("B")

# The broker knows no idempotent producer; a worker that starts again soon gets its partitions back; and the
# broker has forgotten everything, so positions in the database are those of a former one.
OWN_SETTINGS: Final = {
    "TALKTIME_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT",
    "TALKTIME_KAFKA_IDEMPOTENCE": "false",
    # Within a fetch the broker looks for records that have come only once in half of this.
    "TALKTIME_KAFKA_FETCH_WAIT_MS": "50",
    "TALKTIME_KAFKA_SESSION_TIMEOUT_S": "6",
    "TALKTIME_KAFKA_REBALANCE_TIMEOUT_S": "6",
    "TALKTIME_KAFKA_HEARTBEAT_S": "1",
    "TALKTIME_KAFKA_FRESH_CLUSTER": "true",
    "TALKTIME_METRICS_HOST": LOOPBACK,
}


class Stack:
    """Everything below `folder`, at `port_base` and the ports after it, or anywhere (0).

    `on_change` hears of new addresses (a worker that started again has another process id), `on_new_broker`
    of a broker that started again and has forgotten everything. `first` is a command that must have run
    before the stack is ready.
    """

    def __init__(
        self,
        folder: Path,
        *,
        variables: Mapping[str, str],
        port_base: int = 0,
        first: Sequence[str] = (),
        on_change: Callable[[Addresses], None],
        on_new_broker: Callable[[], None],
    ) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        self._variables = variables
        self._first = first
        kafka, postgres, metrics = _ports(port_base)
        self._metrics_port = metrics
        self._postgres = Postgres(folder / "postgres", port=postgres)
        self._broker = Broker(folder, port=kafka)
        self._worker: Command | None = None
        self._supervised_worker: Supervised | None = None
        self._on_change = on_change
        self._on_new_broker = on_new_broker
        self._addresses = ("", "")
        self._meter = Meter(f"http://{LOOPBACK}:{metrics}/metrics")

    async def start(self) -> Addresses:
        """Start everything; return once everything answers."""
        kafka, postgres = await _both(self._broker.start(), self._postgres.start())
        self._addresses = (kafka, postgres)
        self.environment = own_environment(
            self._variables,
            OWN_SETTINGS
            | {
                "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": kafka,
                "TALKTIME_POSTGRES_DSN": postgres,
                "TALKTIME_METRICS_PORT": str(self._metrics_port),
            },
        )
        await _both(self._make_topics(), self.run("migrate"))
        self._worker = Command(
            "worker",
            ["worker"],
            log=self.folder / "worker.log",
            environment=self.environment,
            port=self._metrics_port,
        )
        await self._worker.start()
        await _both(self._worker.ready(), self._run_first())
        return self._found()

    async def keep(self) -> None:
        """Start again what dies, until cancelled; raises `GaveUpError` or `ServerFailedError`."""
        assert self._worker is not None
        worker = Supervised(self._worker, afterwards=self._worker_is_back)
        self._supervised_worker = worker
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(worker.keep())
                group.create_task(Supervised(self._postgres).keep())
                group.create_task(Supervised(self._broker, afterwards=self._broker_is_back).keep())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def figures(self) -> Figures | None:
        """Read what the worker has done; None while it does not answer."""
        assert self._worker is not None
        return await self._meter.read(self._worker.child.pid)

    async def run(self, *arguments: str, accepts: Container[int] = (0,)) -> tuple[int, str]:
        """Run a talktime command on this stack; return its exit code and its output.

        Raises `ServerFailedError` with the end of its log when it takes too long or its exit code is not
        among those that the caller accepts.
        """
        return await run_command(
            arguments,
            folder=self.folder,
            environment=self.environment,
            limit_s=RUNS_WITHIN_S,
            accepts=accepts,
        )

    async def stop(self) -> None:
        """End everything: the worker first, so that it can finish its batch."""
        if self._worker is not None:
            await self._worker.stop()
        await _both(self._broker.stop(), self._postgres.stop())

    async def _run_first(self) -> None:
        if self._first:
            await self.run(*self._first)

    async def _make_topics(self) -> None:
        await self.run("topics", "create", "--partitions", str(PARTITIONS), "--replication", "1")

    async def _broker_is_back(self) -> None:
        assert self._supervised_worker is not None
        await self._make_topics()
        # It must learn that its positions mean nothing to this broker.
        await self._supervised_worker.renew()
        self._on_new_broker()
        self._on_change(self._found())

    async def _worker_is_back(self) -> None:
        self._on_change(self._found())

    def _found(self) -> Addresses:
        assert self._worker is not None
        kafka, postgres = self._addresses
        return Addresses(
            kafka=kafka,
            postgres=postgres,
            metrics=f"http://{LOOPBACK}:{self._metrics_port}/metrics",
            pid=os.getpid(),
            worker_pids=(self._worker.child.pid,),
        )


def _ports(base: int) -> tuple[int, int, int]:
    """Give the ports of the broker, of Postgres (0: any) and of the worker's metrics."""
    if not base:
        # The worker is told a port, so that it keeps it when it starts again.
        return 0, 0, free_port()
    wanted = (base, base + 1, base + 2)
    for port in wanted:
        if not is_free(port):
            raise CannotStartError(f"port {port} is in use; choose another --port-base")
    return wanted


async def _both(first: Coroutine[None, None, A], second: Coroutine[None, None, B]) -> tuple[A, B]:
    """Wait for two things at once; the failure of one ends the other, and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            one, other = group.create_task(first), group.create_task(second)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return one.result(), other.result()
