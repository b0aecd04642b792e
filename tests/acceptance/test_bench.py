import sys
from collections.abc import AsyncIterator
from itertools import chain

import asyncpg
import pytest

from worker.app.bench import OthersServers, bench, places
from worker.bench.accounts import tenants
from worker.bench.calls import Call, Calls
from worker.bench.document import document
from worker.bench.fill import fill
from worker.bench.naive_tables import COUNT, CREATE, OPEN, TAKEN
from worker.bench.place import MakePlace, Place
from worker.bench.plan import PARTITIONS, Plan
from worker.bench.prepare import connected, prepare
from worker.bench.pricing import Pricing

TINY = Plan(
    name="tiny",
    runs=1,
    worker_1_events=30_000,
    worker_2_events=60_000,
    naive_1_events=1_000,
    naive_16_events=4_000,
    latency_runs=1,
    latency_s=2,
    crossings=20,
    limit_s=30,
    budget_s=300,
    outbox_messages=30_000,
    sweep=(10_000, 2_000),
    audited_entries=50_000,
    pricing=Pricing(tariffs=300, calls=2_000, runs=1),
    workloads={"bundles": 20_000, "duplicates": 20_000, "poison": 20_000},
)
NOT_IN_TINY = {"one_tenant_share", "long_memory", "rows_20m_random", "rows_20m_uuid7"}
NOT_IN_TINY |= {"tenants_1m", "tenants_1m_wal_bytes", "flat_100k", "windowed_100k", "windowed_100k_memory"}
NOT_IN_TINY |= {"flat_100k_memory", "flat_100k_cpu_worker", "windowed_100k_cpu_worker"}
ELSEWHERE = {
    "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "TALKTIME_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "TALKTIME_POSTGRES_DSN": "postgresql://nobody@127.0.0.1:1/nothing",
    "TALKTIME_TOPIC_USAGE": "elsewhere",
}


async def test_every_figure_is_measured_on_servers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    heard: list[str] = []

    measured = await bench(TINY, OthersServers(), heard.append)

    figures = document(measured, None)["figures"]
    assert isinstance(figures, list)
    by_name = {figure["name"]: figure for figure in figures}
    unknown = {name for name, figure in by_name.items() if figure["value"] is None}
    # Only Linux tells what a process has cost.
    costs = set() if sys.platform == "linux" else {name for name in by_name if "cpu" in name}
    assert unknown <= costs | NOT_IN_TINY
    assert all(figure["value"] > 0 for figure in figures if figure["value"] is not None)
    assert by_name["p50"]["value"] <= by_name["p99"]["value"]
    quotient = by_name["worker_2"]["value"] / by_name["naive_16"]["value"]
    assert by_name["against_naive_16"]["value"] == pytest.approx(quotient, rel=0.01)
    assert measured.versions["fsync"] == measured.versions["synchronous_commit"] == "on"
    assert len(heard) == 9 + len(TINY.workloads)


@pytest.fixture
async def make_place() -> AsyncIterator[MakePlace]:
    async with places(OthersServers()) as (make, _):
        yield make


@pytest.mark.parametrize("connections", [1, 16])
async def test_the_naive_worker_charges_once_what_comes_twice(
    make_place: MakePlace, connections: int
) -> None:
    names = tenants(20)
    async with make_place() as place:
        calls = Calls(names, await prepare(place), seed=1)
        once = [calls.take() for _ in range(300)]
        later = [calls.take() for _ in range(300)]
        async with connected(place.settings) as connection:
            await connection.execute(CREATE)
            await connection.execute(OPEN, names)
            naive = await place.start_naive(connections)
            try:
                await charged(place, connection, once, 300)
                # Within a partition the repeats come before what is new, so they are done when that is.
                await charged(place, connection, [*chain(once, later)], 600)
            finally:
                await naive.stop()
            taken = await connection.fetchrow(TAKEN)

    assert taken is not None
    assert taken["debited"] == taken["charged"] > 0


async def charged(
    place: Place, connection: "asyncpg.Connection[asyncpg.Record]", calls: list[Call], expected: int
) -> None:
    await fill(place.settings.kafka, place.settings.topics.usage, PARTITIONS, calls)
    while (count := await connection.fetchval(COUNT)) != expected:
        assert count < expected
