"""Workloads: what else platforms send and tenants have, beside the ordinary calls of ordinary accounts."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from worker.bench.calls import Call, Calls
from worker.bench.plan import TARIFFS, TENANTS

# Of so many calls one is chosen to come again, or to be spoilt.
IN: Final = 100
# How far back a repetition reaches: within one batch, or into one before.
LATEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Workload:
    """One way in which a backlog may differ from the ordinary one.

    `lots` credits each account has, `bundles` whether minutes are paid by them, `repeated` and `spoilt` how
    many of a hundred records are duplicates or no events at all, `rows` what the day holds already; the deck
    has so many `tariffs`, with windows and steps or without.
    """

    name: str
    tenants: int = TENANTS
    lots: int = 1
    bundles: bool = False
    repeated: int = 0
    spoilt: int = 0
    random_ids: bool = False
    rows: int = 0
    tariffs: int = TARIFFS
    windowed: bool = False


ORDINARY: Final = Workload("ordinary")
WORKLOADS: Final = {
    one.name: one
    for one in (
        Workload("bundles", lots=5, bundles=True),
        Workload("long"),
        Workload("flat_100k", tariffs=100_000),
        Workload("windowed_100k", tariffs=100_000, windowed=True),
        Workload("duplicates", repeated=1),
        Workload("poison", spoilt=1),
        Workload("one_tenant", tenants=1),
        Workload("tenants_1m", tenants=1_000_000),
        Workload("rows_20m_random", random_ids=True, rows=20_000_000),
        Workload("rows_20m_uuid7", rows=20_000_000),
    )
}


def backlog(workload: Workload, calls: Calls, events: int, seed: int) -> Iterator[Call]:
    """Make so many records: calls, and among them what the workload has of others."""
    random = Random(seed)  # noqa: S311  # Places to be drawn again, not secrets.
    each_once = workload.tenants == events
    latest: deque[Call] = deque(maxlen=LATEST)
    for number in range(events):
        chance = random.randrange(IN)
        if chance < workload.repeated and latest:
            yield latest[random.randrange(len(latest))]
        elif chance < workload.spoilt:
            yield Call(calls.tenants[number % len(calls.tenants)], b'{"specversion":"1.0","id":')
        else:
            call = calls.take_of(calls.tenants[number]) if each_once else calls.take()
            latest.append(call)
            yield call
