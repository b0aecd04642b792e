"""CPU time and memory of processes, as the kernel counts them."""

import os
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
# Places in /proc/PID/stat after the name, as proc(5) numbers them from 3.
PARENT: Final = 4 - 3
OWN: Final = (14 - 3, 15 - 3)
DEAD_CHILDREN: Final = (16 - 3, 17 - 3)
# Places in the first line of /proc/stat: all but idle, waiting for disks, and what guests have counted twice.
BUSY: Final = (0, 1, 2, 5, 6, 7)


def process_cpu_s(pid: int) -> float | None:
    """Give the CPU-seconds of one process so far; None where the kernel does not say."""
    fields = _stat(pid)
    return None if fields is None else _seconds(fields, OWN)


def tree_cpu_s(pid: int) -> float | None:
    """Give the CPU-seconds of a process and all below it, those that have ended and been noticed included."""
    everybody = {int(path.name): _stat(int(path.name)) for path in PROC.glob("[0-9]*")}
    if everybody.get(pid) is None:
        return None
    children: dict[int, list[int]] = {}
    for child, fields in everybody.items():
        if fields is not None:
            children.setdefault(int(fields[PARENT]), []).append(child)
    found, total_s = [pid], 0.0
    while found:
        member = found.pop()
        found += children.get(member, ())
        fields = everybody[member]
        assert fields is not None, "who has no fields is nobody's child"
        total_s += _seconds(fields, OWN + DEAD_CHILDREN)
    return total_s


def memory_mib(pid: int) -> float | None:
    """Give what a process holds in memory, in MiB; None where the kernel does not say."""
    try:
        pages = int((PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def machine_cpu_s() -> float | None:
    """Give the CPU-seconds that all cores together have been busy; None where the kernel does not say."""
    try:
        first = (PROC / "stat").read_text(encoding="ascii").splitlines()[0].split()
    except OSError:
        return None
    return _seconds(first[1:], BUSY)


def _seconds(fields: list[str], places: tuple[int, ...]) -> float:
    return sum(int(fields[place]) for place in places) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # A process may be named anything, brackets included: the fields follow the last one.
    return text.rpartition(")")[2].split()
