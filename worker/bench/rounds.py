"""Rounds: every measurement in turn, so that the machine's noise meets both workers alike."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from worker.bench.auditing import measure_audit
from worker.bench.charging import Charged, charge_backlog
from worker.bench.drain import drain_outbox
from worker.bench.latency import measure_latency
from worker.bench.machine import Noise, Servers, machine, versions
from worker.bench.naive_charging import charge_naively
from worker.bench.place import MakePlace
from worker.bench.plan import Plan
from worker.bench.pricing import time_pricing
from worker.bench.sweeping import Town, sweep_town
from worker.bench.watch import Throughput
from worker.bench.workloads import ORDINARY, WORKLOADS, Workload

Runs = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Measured:
    """All runs by figure, and what they were made on."""

    machine: dict[str, object]
    versions: dict[str, object]
    runs: Runs


async def measure_all(
    plan: Plan, make_place: MakePlace, servers: Servers, progress: Callable[[str], None]
) -> Measured:
    """Measure what the plan asks for; `progress` hears what is under way."""
    noise, began_s = Noise(), time.monotonic()
    runs: Runs = defaultdict(list)
    for number in range(plan.runs):
        took_s = time.monotonic() - began_s
        # As long as the rounds before it: on a slow machine fewer runs must do.
        if number and took_s * (number + 1) / number > plan.budget_s:
            break
        await _throughputs(plan, make_place, runs, number, progress)
    await _workloads(plan, make_place, runs, progress)
    progress(f"prices by decks of {plan.pricing.tariffs:,} tariffs")
    for name, microseconds in time_pricing(plan.pricing):
        runs[name].append(microseconds)
    progress("the outbox after an outage")
    async with make_place() as place:
        drained = await drain_outbox(place, messages=plan.outbox_messages, limit_s=plan.limit_s)
    runs["outbox_drain"].append(drained)
    progress(f"a sweep over {plan.sweep[0]:,} accounts")
    async with make_place() as place:
        runs["sweep"].append(await sweep_town(place, Town(*plan.sweep), plan.limit_s))
    for number in range(plan.latency_runs):
        progress(f"latency, run {number + 1} of {plan.latency_runs}")
        async with make_place() as place:
            latency = await measure_latency(
                place, duration_s=plan.latency_s, crossings=plan.crossings, seed=number
            )
        runs["p50"].append(latency.p50_s * 1000)
        runs["p99"].append(latency.p99_s * 1000)
        runs["p99_crossing"].append(latency.crossing_p99_s * 1000)
    if plan.audited_entries:
        progress(f"the audit of {plan.audited_entries:,} entries beside a worker")
        async with make_place() as place:
            found = await measure_audit(place, entries=plan.audited_entries, duration_s=plan.latency_s)
        runs["audit"].append(found.pass_s)
        runs["p99_audit"].append(found.p99_s * 1000)
    about = machine() | noise.found() | {"plan": plan.name}
    return Measured(about, await versions(servers), dict(runs))


async def _throughputs(
    plan: Plan, make_place: MakePlace, runs: Runs, number: int, progress: Callable[[str], None]
) -> None:
    of = f"run {number + 1} of {plan.runs}"
    progress(f"one worker process, {of}")
    one = await _workers(make_place, 1, plan.worker_1_events, number, plan.limit_s)
    _note(runs, "worker_1", "", one.throughput)
    runs["disk_bytes"].append(one.disk_bytes)
    progress(f"naive worker with one connection, {of}")
    naive_1 = await _naive(make_place, 1, plan.naive_1_events, number, plan.limit_s)
    runs["naive_1"].append(naive_1.events_per_s)
    progress(f"two worker processes, {of}")
    two = await _workers(make_place, 2, plan.worker_2_events, number, plan.limit_s)
    runs["worker_2"].append(two.throughput.events_per_s)
    progress(f"naive worker with 16 connections, {of}")
    naive_16 = await _naive(make_place, 16, plan.naive_16_events, number, plan.limit_s)
    _note(runs, "naive_16", "naive_", naive_16)
    runs["against_naive_16"].append(two.throughput.events_per_s / naive_16.events_per_s)


async def _workloads(plan: Plan, make_place: MakePlace, runs: Runs, progress: Callable[[str], None]) -> None:
    for name, events in plan.workloads.items():
        progress(f"one worker process, {name}: {events:,} events")
        workload = WORKLOADS[name]
        found = await _workers(make_place, 1, events, 0, plan.limit_s, workload)
        rate = found.throughput.events_per_s
        runs[f"{name}_share"].append(rate / median(runs["worker_1"]))
        _note(runs, name, f"{name}_", found.throughput)
        if found.memory_mib is not None:
            runs[f"{name}_memory"].append(found.memory_mib)


async def _workers(
    make_place: MakePlace,
    workers: int,
    events: int,
    seed: int,
    limit_s: float,
    workload: Workload = ORDINARY,
) -> Charged:
    async with make_place() as place:
        return await charge_backlog(
            place, workers=workers, events=events, seed=seed, limit_s=limit_s, workload=workload
        )


async def _naive(
    make_place: MakePlace, connections: int, events: int, seed: int, limit_s: float
) -> Throughput:
    async with make_place() as place:
        return await charge_naively(place, connections=connections, events=events, seed=seed, limit_s=limit_s)


def _note(runs: Runs, rate: str, prefix: str, found: Throughput) -> None:
    runs[rate].append(found.events_per_s)
    runs[f"{prefix}wal_bytes"].append(found.wal_bytes)
    if found.worker_cpu_s is not None:
        runs[f"{prefix}cpu_worker"].append(found.worker_cpu_s)
    if found.postgres_cpu_s is not None:
        runs[f"{prefix}cpu_postgres"].append(found.postgres_cpu_s)
