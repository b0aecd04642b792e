"""Run a command that ends with its owner: `leash.py OWNER SIGNAL UID GID READS COMMAND...`.

A script, not an import: it runs between fork and the command, in an interpreter without site packages. On
Linux the kernel sends SIGNAL to the command when the owner dies, and nothing of this script stays. Elsewhere
it stays as a watcher, until the pipe on its standard input ends.
"""

import ctypes
import os
import select
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Final

PR_SET_PDEATHSIG: Final = 1
PR_SET_KEEPCAPS: Final = 8
PR_CAP_AMBIENT: Final = 47
PR_CAP_AMBIENT_RAISE: Final = 2
CAPABILITY_VERSION_3: Final = 0x20080522
# The first is the lesser right; containers usually have only the second.
CAP_DAC_READ_SEARCH: Final = 2
CAP_DAC_OVERRIDE: Final = 1

OWNER_IS_GONE: Final = 75


def leash(owner: int, end: signal.Signals, user: tuple[int, int, bool], command: list[str]) -> None:
    """Become the command, or watch over it where the kernel does not."""
    uid, gid, reads_everything = user
    if os.geteuid() == 0 and uid != 0:
        _become(uid, gid, reads_everything=reads_everything)
    if sys.platform != "linux":
        sys.exit(_watch(end, command))
    # Last, because a change of user clears it.
    _check(ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(end), 0, 0, 0))
    # The owner may have died before the kernel was told.
    if os.getppid() != owner:
        sys.exit(OWNER_IS_GONE)
    os.execv(command[0], command)  # noqa: S606  # The command is the owner's, no shell is near.


def _become(uid: int, gid: int, *, reads_everything: bool) -> None:
    # Looked up while we are root: the new user may not even be able to read Python's own files.
    libc = ctypes.CDLL(None, use_errno=True) if reads_everything else None
    permitted = _permitted() if reads_everything else 0
    if libc is not None:
        _check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if libc is not None:
        _keep_reading(libc, permitted)


def _keep_reading(libc: ctypes.CDLL, permitted: int) -> None:
    """Keep of root's rights only the one to enter folders that others may not.

    A server refuses to run as root, and yet its folder may lie below one that only root enters. The
    alternative, to open every folder above for everybody, would outlive the server.
    """
    right = next(bit for bit in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if permitted >> bit & 1)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Effective, permitted and inheritable of the lower 32 bits, then of the upper ones.
    rights = (ctypes.c_uint32 * 6)(1 << right, 1 << right, 1 << right, 0, 0, 0)
    _check(libc.capset(ctypes.byref(header), ctypes.byref(rights)))
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0))


def _permitted() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapPrm:"))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _watch(end: signal.Signals, command: list[str]) -> int:
    """Run the command below us; end it when our standard input ends, and repeat its exit code."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    child = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
    )

    def forward(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, forward)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake)
    watched = [woken, sys.stdin.fileno()]
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return abs(os.waitstatus_to_exitcode(status))
        ready, _, _ = select.select(watched, [], [])
        if woken in ready:
            os.read(woken, 4096)
        if sys.stdin.fileno() in ready:
            # Nobody ever writes there: readable means that the owner is gone.
            watched.remove(sys.stdin.fileno())
            os.kill(child, end)


if __name__ == "__main__":
    _, its_owner, its_signal, its_uid, its_gid, reads, *its_command = sys.argv
    leash(
        int(its_owner),
        signal.Signals(int(its_signal)),
        (int(its_uid), int(its_gid), reads == "1"),
        its_command,
    )
