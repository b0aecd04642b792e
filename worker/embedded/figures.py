"""Figures of a running worker, from its /metrics."""

import asyncio
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

ANSWER_S: Final = 2.0
# These only rise while a worker lives, and begin at 0 with the next.
RISING: Final = ("_total", "_bucket", "_sum", "_count")
LATENCY: Final = "talktime_batch_seconds_bucket"
QUANTILE: Final = 0.99

Sample = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of records and requests since the stack started, and what is still to be done."""

    charged: int = 0
    applied: int = 0
    duplicate: int = 0
    parked: int = 0
    dead_lettered: int = 0
    requested: int = 0
    settled: int = 0
    lag: int = 0
    outbox: int = 0
    p99_s: float | None = None

    @property
    def records(self) -> int:
        """Every record that has had its outcome."""
        return self.charged + self.applied + self.duplicate + self.parked + self.dead_lettered


class Meter:
    """Reads one worker's metrics; its counters go on where a killed worker's were last seen."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pid = 0
        self._earlier: Counter[Sample] = Counter()
        self._latest: dict[Sample, float] = {}

    async def read(self, pid: int) -> Figures | None:
        """Give the figures; None while the worker does not answer. By `pid` a new worker is known."""
        text = await asyncio.to_thread(_scrape, self._url)
        if text is None:
            return None
        if pid != self._pid:
            self._earlier.update({sample: n for sample, n in self._latest.items() if _rises(sample)})
            self._pid = pid
        self._latest = samples(text)
        return figures(self._earlier + Counter(self._latest))


def samples(text: str) -> dict[Sample, float]:
    """Read the text form of Prometheus."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figures(found: Mapping[Sample, float]) -> Figures:
    """Add up what the samples say."""
    outcomes = {
        outcome: _sum(found, "talktime_records_total", ("outcome", outcome))
        for outcome in ("charged", "applied", "duplicate", "parked", "dead_lettered")
    }
    return Figures(
        **outcomes,
        requested=_sum(found, "talktime_recharges_requested_total"),
        settled=_sum(found, "talktime_recharges_settled_total"),
        lag=_sum(found, "talktime_lag_records"),
        outbox=_sum(found, "talktime_outbox_messages"),
        p99_s=_quantile(found, LATENCY, QUANTILE),
    )


def _sum(found: Mapping[Sample, float], name: str, *labels: tuple[str, str]) -> int:
    wanted = frozenset(labels)
    return round(sum(value for (known, given), value in found.items() if known == name and wanted <= given))


def _quantile(found: Mapping[Sample, float], name: str, share: float) -> float | None:
    """Estimate a quantile of a histogram, as Prometheus does: evenly within its bucket."""
    below: Counter[float] = Counter()
    for (known, labels), value in found.items():
        if known == name:
            below[float(dict(labels)["le"])] += round(value)
    ranked = [(0.0, 0), *sorted(below.items())]
    rank = ranked[-1][1] * share
    for (lower, before), (upper, until) in pairwise(ranked):
        if until > before and until >= rank:
            if upper == float("inf"):
                return lower
            return lower + (upper - lower) * (rank - before) / (until - before)
    return None


def _rises(sample: Sample) -> bool:
    return sample[0].endswith(RISING)


def _scrape(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:  # noqa: S310  # The address is ours.
            return str(answer.read().decode())
    except OSError:
        return None
