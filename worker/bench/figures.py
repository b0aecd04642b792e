"""Figures: what was measured, against the goal, the naive worker and an earlier run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

SIGNIFICANT: Final = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """A figure that is always there; `baseline` names the naive figure that stands beside it.

    `goal` is what the design asks for: `more` at least, otherwise at most.
    """

    name: str
    unit: str
    about: str
    goal: float | None = None
    more: bool = False
    baseline: str | None = None


KINDS: Final = (
    Kind("worker_1", "events/s", "one worker process", 80_000, more=True, baseline="naive_16"),
    Kind("worker_2", "events/s", "two worker processes", 150_000, more=True, baseline="naive_16"),
    Kind("naive_1", "events/s", "naive worker, one connection, a commit an event"),
    Kind("naive_16", "events/s", "naive worker, 16 connections"),
    Kind("against_naive_16", "times", "worker_2 / naive_16", 25, more=True),
    Kind("cpu_worker", "CPU-s/M events", "worker, one process", 10, baseline="naive_cpu_worker"),
    Kind("cpu_postgres", "CPU-s/M events", "Postgres, one worker process", 4, baseline="naive_cpu_postgres"),
    Kind("wal_bytes", "bytes/event", "write-ahead log, one worker process", 260, baseline="naive_wal_bytes"),
    Kind("disk_bytes", "bytes/event", "ledger with its index", 180),
    Kind("p50", "ms", "produce to commit at 2,000 events/s, seen every 2 ms"),
    Kind("p99", "ms", "produce to commit at 2,000 events/s, seen every 2 ms", 50),
    Kind("p99_crossing", "ms", "crossing call to readable recharge.requested, at 2,000 events/s", 150),
    Kind("audit", "s", "`talktime audit` over 10 M entries beside a worker at 2,000 events/s", 120),
    Kind("p99_audit", "ms", "produce to commit at 2,000 events/s beside that audit", baseline="p99"),
    Kind("sweep", "accounts/s", "accounts that are due and ask, among very many, one process"),
    Kind("outbox_drain", "messages/s", "outbox emptied by one process after an outage", 20_000, more=True),
    Kind("bundles", "events/s", "bundles and five lots each, one process", 50_000, more=True),
    Kind("bundles_cpu_worker", "CPU-s/M events", "worker, bundles and five lots each"),
    Kind("bundles_cpu_postgres", "CPU-s/M events", "Postgres, bundles and five lots each"),
    Kind("bundles_wal_bytes", "bytes/event", "write-ahead log, bundles and five lots each"),
    Kind("duplicates_share", "times", "1 % duplicates / worker_1", 0.8, more=True),
    Kind("poison_share", "times", "1 % poison / worker_1", 0.8, more=True),
    Kind("one_tenant_share", "times", "one tenant with all the traffic / worker_1", 0.7, more=True),
    Kind("rating_flat", "us/event", "look-up and price by 100,000 flat tariffs, nothing around it"),
    Kind("rating_stepped", "us/event", "the same, each tariff of 2 steps", baseline="rating_flat"),
    Kind("rating_windowed", "us/event", "the same, 4 windows and 2 steps", baseline="rating_flat"),
    Kind("rating_unseen", "us/event", "with windows, numbers not called before", baseline="rating_flat"),
    Kind("rating_day", "us/event", "with windows, calls of a whole day", baseline="rating_windowed"),
    Kind("flat_100k", "events/s", "100,000 flat tariffs, one process"),
    Kind("windowed_100k", "events/s", "100,000 tariffs of 4 windows and 2 steps", baseline="flat_100k"),
    Kind("flat_100k_cpu_worker", "CPU-s/M events", "worker, 100,000 flat tariffs"),
    Kind(
        "windowed_100k_cpu_worker",
        "CPU-s/M events",
        "worker, 4 windows and 2 steps",
        baseline="flat_100k_cpu_worker",
    ),
    Kind("flat_100k_memory", "MiB", "a worker's memory with 100,000 flat tariffs"),
    Kind(
        "windowed_100k_memory",
        "MiB",
        "a worker's memory with those 800,000 rows",
        baseline="flat_100k_memory",
    ),
    Kind("long_memory", "MiB", "a worker's memory after 5 M events", 250),
    Kind("rows_20m_random", "events/s", "20 M rows in the day, random ids", 45_000, more=True),
    Kind("rows_20m_uuid7", "events/s", "20 M rows in the day, UUIDv7", 65_000, more=True),
    Kind("tenants_1m", "events/s", "1 M tenants, one call each", 20_000, more=True),
    Kind("tenants_1m_wal_bytes", "bytes/event", "write-ahead log, 1 M tenants"),
    Kind("naive_cpu_worker", "CPU-s/M events", "naive worker, 16 connections"),
    Kind("naive_cpu_postgres", "CPU-s/M events", "Postgres under the naive worker, 16 connections"),
    Kind("naive_wal_bytes", "bytes/event", "write-ahead log of the naive worker, 16 connections"),
)

Figure = dict[str, object]


def figures(runs: Mapping[str, Sequence[float]], earlier: Mapping[str, float] | None = None) -> list[Figure]:
    """Write every figure with the median of its runs; what could not be measured has no value.

    `ratio` is value / baseline; with an earlier run's values, `earlier` and `earlier_ratio` are there too.
    """
    middle = {name: median(values) for name, values in runs.items() if values}
    return [_figure(kind, runs.get(kind.name, ()), middle, earlier) for kind in KINDS]


def _figure(
    kind: Kind, runs: Sequence[float], middle: Mapping[str, float], earlier: Mapping[str, float] | None
) -> Figure:
    value = middle.get(kind.name)
    baseline = middle.get(kind.baseline) if kind.baseline else None
    figure: Figure = {
        "name": kind.name,
        "value": _rounded(value),
        "unit": kind.unit,
        "goal": kind.goal,
        "baseline": _rounded(baseline),
        "ratio": _ratio(value, baseline),
        "runs": [_rounded(run) for run in runs],
        "about": kind.about,
        "goal_is": None if kind.goal is None else "at least" if kind.more else "at most",
        "goal_met": _met(kind, value),
        "spread": _ratio(max(runs) - min(runs), value) if len(runs) > 1 else None,
    }
    if earlier is not None:
        before = earlier.get(kind.name)
        figure |= {"earlier": before, "earlier_ratio": _ratio(value, before)}
    return figure


def _met(kind: Kind, value: float | None) -> bool | None:
    if kind.goal is None or value is None:
        return None
    return value >= kind.goal if kind.more else value <= kind.goal


def _ratio(value: float | None, baseline: float | None) -> float | None:
    return None if value is None or not baseline else _rounded(value / baseline)


def _rounded(value: float | None) -> float | None:
    """Keep as many digits as mean anything."""
    return None if value is None else float(f"{value:.{SIGNIFICANT}g}")
