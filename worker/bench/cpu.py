"""CPU time of processes, as the kernel counts it."""

import os
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
# Places in /proc/PID/stat after the name, as proc(5) numbers them from 3.
PARENT: Final = 4 - 3
OWN: Final = (14 - 3, 15 - 3)
DEAD_CHILDREN: Final = (16 - 3, 17 - 3)


def process_cpu_s(pid: int) -> float | None:
    """Give the CPU-seconds of one process so far; None where the kernel does not say."""
    fields = _stat(pid)
    return None if fields is None else _seconds(fields, OWN)


def tree_cpu_s(pid: int) -> float | None:
    """Give the CPU-seconds of a server and all its children, those that have ended included."""
    fields = _stat(pid)
    if fields is None:
        return None
    children = [child for path in PROC.iterdir() if path.name.isdigit() and (child := _stat(int(path.name)))]
    alive = [child for child in children if int(child[PARENT]) == pid]
    return _seconds(fields, OWN + DEAD_CHILDREN) + sum(
        _seconds(child, OWN + DEAD_CHILDREN) for child in alive
    )


def _seconds(fields: list[str], places: tuple[int, ...]) -> float:
    return sum(int(fields[place]) for place in places) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # A process may be named anything, brackets included: the fields follow the last one.
    return text.rpartition(")")[2].split()
