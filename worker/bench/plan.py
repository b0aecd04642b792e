"""Plans: how much a benchmark measures, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from worker.bench.pricing import Pricing

PARTITIONS: Final = 12
TENANTS: Final = 1_000
TARIFFS: Final = 5_000
# The pace at which latency is measured.
RATE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How many events each measurement charges, and how many times it is made.

    A measurement that takes longer than `limit_s` ends there: its rate holds for what it has charged. No
    further run is begun that would end after `budget_s`.
    """

    name: str
    runs: int
    worker_1_events: int
    worker_2_events: int
    naive_1_events: int
    naive_16_events: int
    latency_runs: int
    latency_s: float
    crossings: int
    limit_s: float
    budget_s: float
    # Messages that wait in the outbox when the broker is back.
    outbox_messages: int
    # Accounts that nobody calls, and on how many of them something is due.
    sweep: tuple[int, int]
    pricing: Pricing
    # Entries in the ledger while it is audited beside a worker.
    audited_entries: int = 0
    # Events by workload, each charged once by one worker.
    workloads: Mapping[str, int] = field(default_factory=dict)


QUICK: Final = Plan(
    name="quick",
    runs=2,
    worker_1_events=300_000,
    worker_2_events=600_000,
    naive_1_events=4_000,
    naive_16_events=12_000,
    latency_runs=1,
    latency_s=10,
    crossings=300,
    limit_s=20,
    budget_s=145,
    outbox_messages=100_000,
    sweep=(100_000, 5_000),
    pricing=Pricing(tariffs=100_000, calls=100_000, runs=2),
    workloads={"bundles": 200_000, "duplicates": 200_000, "poison": 200_000},
)
FULL: Final = Plan(
    name="full",
    runs=3,
    worker_1_events=2_000_000,
    worker_2_events=2_000_000,
    naive_1_events=20_000,
    naive_16_events=60_000,
    latency_runs=3,
    latency_s=30,
    crossings=1_000,
    limit_s=300,
    budget_s=3_600,
    outbox_messages=200_000,
    sweep=(1_000_000, 10_000),
    audited_entries=10_000_000,
    pricing=Pricing(tariffs=100_000, calls=500_000, runs=3),
    workloads={
        "bundles": 1_000_000,
        "duplicates": 1_000_000,
        "poison": 1_000_000,
        "one_tenant": 1_000_000,
        "flat_100k": 1_000_000,
        "windowed_100k": 1_000_000,
        "long": 5_000_000,
        "rows_20m_random": 1_000_000,
        "rows_20m_uuid7": 1_000_000,
        "tenants_1m": 1_000_000,
    },
)
