"""A server process that lives no longer than its owner."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, Signals
from typing import Final

from worker.embedded.server_user import ServerUser

LEASH: Final = Path(__file__).with_name("leash.py")
# A signal that is obeyed takes milliseconds; a checkpoint or a worker's last batch takes seconds.
OBEYS_WITHIN_S: Final = 20.0
LOG_LIMIT_BYTES: Final = 8_000_000
TAIL_BYTES: Final = 2_000


class ServerFailedError(Exception):
    """A server did not start; the text carries the last lines of its log."""


class Child:
    """One process in a session of its own, so that Ctrl-C reaches its owner first.

    It is sent `on_orphaned` when the owner dies, in whatever way. Its standard output goes to `output`, or
    to the log like its errors. To be started from the main thread: the kernel means the thread that started
    it when it says parent.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        user: ServerUser | None = None,
        on_orphaned: Signals = SIGKILL,
        output: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._command = [str(part) for part in command]
        self._environment = environment
        self._user = user
        self._on_orphaned = on_orphaned
        self._output = output
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id; the child must have been started."""
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it lives; negative for a signal."""
        assert self._process is not None
        return self._process.returncode

    async def start(self) -> None:
        """Start the process; it is not yet known to answer."""
        user = self._user or ServerUser(os.geteuid(), os.getegid())
        leash = [LEASH, os.getpid(), int(self._on_orphaned), user.uid, user.gid, int(user.reads_everything)]
        log = _open_log(self.log, user)
        output = _open_log(self._output, user) if self._output else log
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-S", *map(str, leash), *self._command),
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=log,
                env=self._environment,
                start_new_session=True,
                # The child's working directory must not keep a file system busy, nor be closed to its user.
                cwd="/",
            )
        finally:
            for opened in {log, output}:
                os.close(opened)

    async def wait(self) -> int:
        """Wait until it has ended; give its exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self, *signals: Signals) -> None:
        """End it: each signal in turn gets its time, and then it is killed."""
        if self._process is None:
            return
        for number in (*signals, SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                self._send(number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(OBEYS_WITHIN_S):
                    await self._process.wait()
                break
        # Asyncio keeps the pipe to it open otherwise, and warns about that much later.
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _send(self, number: Signals) -> None:
        assert self._process is not None
        if number is SIGKILL and self._process.returncode is None:
            # Where a watcher stands between us and the command, it cannot pass this one on.
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)

    def failure(self, what: str) -> ServerFailedError:
        """Say what went wrong, with the end of the log."""
        return ServerFailedError(f"{self.name} {what}; its log ({self.log}) ends:\n{_tail(self.log)}")


def _open_log(path: Path, user: ServerUser) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.exists() and path.stat().st_size > LOG_LIMIT_BYTES
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if fresh else 0)
    log = os.open(path, flags, 0o600)
    os.fchown(log, user.uid, user.gid)
    return log


def _tail(path: Path) -> str:
    if not path.exists():
        return "(nothing)"
    return path.read_bytes()[-TAIL_BYTES:].decode(errors="replace").strip() or "(nothing)"
