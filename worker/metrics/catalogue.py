"""The catalogue: every metric with what it means and what to do about it.

The line a person reads in /metrics, the alerts and the runbook are all made from these entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

# From the shortest batch to one that waited for a lock three times.
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SIZES: Final = (1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)


@dataclass(frozen=True, slots=True)
class Alert:
    """When to call somebody: a PromQL condition, how long it must hold, and how loud to be."""

    condition: str
    holds_for: str
    severity: Literal["page", "ticket"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One metric: its exported name, what it means, and what to do when it looks wrong."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str
    remedy: str
    alert: Alert | None


CATALOGUE: Final[list[Entry]] = []


def counter(
    name: str, meaning: str, remedy: str, *, labels: Sequence[str] = (), alert: Alert | None = None
) -> Counter:
    """Enter a number that only rises; `name` is without `_total`, which is exported."""
    CATALOGUE.append(Entry(f"{name}_total", "counter", tuple(labels), meaning, remedy, alert))
    return Counter(name, f"{meaning} {remedy}", labels, registry=REGISTRY)


def gauge(
    name: str, meaning: str, remedy: str, *, labels: Sequence[str] = (), alert: Alert | None = None
) -> Gauge:
    """Enter a number that rises and falls."""
    CATALOGUE.append(Entry(name, "gauge", tuple(labels), meaning, remedy, alert))
    return Gauge(name, f"{meaning} {remedy}", labels, registry=REGISTRY)


def histogram(
    name: str,
    meaning: str,
    remedy: str,
    *,
    labels: Sequence[str] = (),
    buckets: Sequence[float] = SECONDS,
    alert: Alert | None = None,
) -> Histogram:
    """Enter a distribution."""
    CATALOGUE.append(Entry(name, "histogram", tuple(labels), meaning, remedy, alert))
    return Histogram(name, f"{meaning} {remedy}", labels, registry=REGISTRY, buckets=buckets)
