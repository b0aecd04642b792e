"""What the positions commands do: compare Postgres with the brokers."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import typer

from worker.cli.exits import BAD_NEWS, CommandError
from worker.cli.output import print_json, print_table
from worker.domain.position import Log, Way, way_on
from worker.kafka.bounds import log_bounds
from worker.kafka.topics import cluster_of
from worker.postgres.standings import Gap, Standing, read_standings
from worker.postgres.transaction import Database, create_pool, transaction
from worker.settings.load import load
from worker.settings.servers import Kafka
from worker.transactions.skip_gap import skip_gap


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers of a command."""

    pool: Database
    kafka: Kafka


@dataclass(frozen=True, slots=True)
class Found:
    """A partition in Postgres beside its log; no log: the topic is not there."""

    standing: Standing
    log: Log | None
    way: Way | None

    @property
    def problem(self) -> str:
        """Why it cannot go on; nothing when it can."""
        if self.log is None:
            return "the broker has no such partition"
        return self.way.problem if self.way else ""


def with_servers(act: Callable[[Servers], Coroutine[None, None, bool]]) -> bool:
    """Connect, act, and close."""

    async def acting() -> bool:
        settings = load()
        pool = await create_pool(settings.postgres, connections=1)
        try:
            return await act(Servers(pool, settings.kafka))
        finally:
            await pool.close()

    return asyncio.run(acting())


async def show_positions(servers: Servers, *, as_json: bool) -> bool:
    """List them; true when there are some and all are well."""
    found = await _found(servers)
    if as_json:
        print_json([_document(one) for one in found])
    else:
        columns = ("topic", "partition", "next", "log", "lag", "records", "problem")
        print_table(columns, (_row(one) for one in found))
    return bool(found) and not any(one.problem for one in found)


async def skip_position(servers: Servers, topic: str, partition: int, *, as_json: bool) -> bool:
    """Move one past its gap; show where it was and where it is now."""
    found = [one for one in await _found(servers) if one.standing[1:3] == (topic, partition)]
    if not found:
        raise CommandError(BAD_NEWS, f"partition {partition} of {topic} was never read; see `positions list`")
    log, way, standing = found[0].log, found[0].way, found[0].standing
    if log is None or way is None:
        raise CommandError(
            BAD_NEWS, found[0].problem or f"{topic}/{partition} is in its log: nothing to skip"
        )
    gap = Gap(way.missing_from, way.missing_to)
    skipped = skip_gap(servers.pool, standing, gap, cluster_id=log.cluster_id, next_offset=way.next_offset)
    if not await skipped:
        raise CommandError(BAD_NEWS, f"{topic}/{partition} has moved meanwhile; look again")
    after = [one for one in await _found(servers) if one.standing[1:3] == (topic, partition)]
    if as_json:
        print_json([_document(one) for one in after])
    else:
        typer.echo(f"{topic}/{partition} goes on at {way.next_offset}; on record: {way.problem}")
    return True


async def _found(servers: Servers) -> list[Found]:
    async with transaction(servers.pool) as tx:
        standings = await read_standings(tx)
    cluster = await cluster_of(servers.kafka)
    there = [one for one in standings if one.partition < cluster.topics.get(one.topic, (0, 0))[0]]
    bounds = await log_bounds(servers.kafka, [(one.topic, one.partition) for one in there])
    result = []
    for standing in standings:
        limits = bounds.get((standing.topic, standing.partition))
        log = Log(cluster.cluster_id, *limits) if limits else None
        way = way_on(standing.cluster_id, standing.next_offset, log) if log else None
        result.append(Found(standing, log, way))
    return result


def _document(found: Found) -> dict[str, object]:
    log = found.log
    return {
        **found.standing._asdict(),
        "log_start": log.start if log else None,
        "log_end": log.end if log else None,
        "lag": max(0, log.end - found.standing.next_offset) if log and not found.way else None,
        "problem": found.problem or None,
    }


def _row(found: Found) -> tuple[object, ...]:
    standing, log = found.standing, found.log
    return (
        standing.topic,
        standing.partition,
        standing.next_offset,
        f"{log.start}..{log.end}" if log else "",
        max(0, log.end - standing.next_offset) if log and not found.way else "?",
        standing.records,
        found.problem,
    )
