"""Latency: how long an event takes at a steady pace, to the ledger and to the recharge request."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer

from worker.bench.accounts import crossing_tenants, tenants
from worker.bench.calls import HEADERS, Call, Calls
from worker.bench.delays import Sent, Sighting, commit_delays, percentile
from worker.bench.fill import producing
from worker.bench.place import BenchFailedError, Place
from worker.bench.plan import RATE, TENANTS
from worker.bench.prepare import connected, open_accounts, prepare, settle
from worker.bench.requests import look_at_requests
from worker.bench.rows import fill_today
from worker.kafka.reading import reading

if TYPE_CHECKING:
    import asyncpg

TICK_S: Final = 0.002
# The resolution of the delay to the ledger.
LOOK_EVERY_S: Final = 0.002
# Connections, caches and partitions find their pace first.
WARM_UP_S: Final = 3.0
ARRIVES_WITHIN_S: Final = 20.0

# Goes on until it is told that everything was sent, and then comes to its end.
Beside = Callable[[asyncio.Event], Coroutine[None, None, None]]

READ_POSITIONS: Final = "SELECT partition, next_offset FROM read_position WHERE topic = $1"


@dataclass(frozen=True, slots=True)
class Latency:
    """What was found, in seconds; `achieved` events a second were sent."""

    p50_s: float
    p99_s: float
    crossing_p99_s: float
    achieved: float


@dataclass(slots=True)
class _Seen:
    """What has been observed so far."""

    sent: list[tuple[float, "asyncio.Future[Any]"]] = field(default_factory=list)
    crossed: dict[str, float] = field(default_factory=dict)
    requested: dict[str, float] = field(default_factory=dict)
    positions: dict[int, list[Sighting]] = field(default_factory=dict)


async def measure_latency(
    place: Place, *, duration_s: float, crossings: int, seed: int, rows: int = 0, beside: Beside | None = None
) -> Latency:
    """Publish at a steady pace to one worker; some calls take their tenant below its trigger.

    The day has so many `rows` already. What goes on `beside` begins once the pace is found, and is told when
    everything was sent.
    """
    settings = place.settings
    prefixes = await prepare(place)
    names, crossing = tenants(TENANTS), crossing_tenants(crossings)
    worker = await place.start_worker()
    try:
        async with (
            connected(settings) as connection,
            producing(settings.kafka) as producer,
            reading(settings.kafka, settings.topics.recharges) as consumer,
        ):
            await open_accounts(place, connection, names, crossing)
            if rows:
                await fill_today(connection, rows, random_ids=False)
            await settle(connection)
            calls = Calls(names, prefixes, seed=seed)
            seen = _Seen()
            stop, over = asyncio.Event(), asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(_look_at_positions(connection, settings.topics.usage, seen, stop))
                group.create_task(look_at_requests(consumer, seen.requested, stop))
                send = _Sender(producer, settings.topics.usage, seen)
                await send.at_pace((calls.take() for _ in iter(int, 1)), WARM_UP_S)
                seen.sent.clear()
                if beside is not None:
                    group.create_task(beside(over))
                began_s = time.perf_counter()
                await send.at_pace(_with_crossings(calls, crossing, round(duration_s * RATE)), duration_s)
                took_s = time.perf_counter() - began_s
                over.set()
                sent = await _acknowledged(seen)
                await _arrival(seen, sent)
                stop.set()
    finally:
        await worker.stop()
    return _found(seen, sent, took_s)


def _found(seen: _Seen, sent: list[Sent], took_s: float) -> Latency:
    if len(seen.requested) < len(seen.crossed):
        raise BenchFailedError(f"{len(seen.crossed)} tenants crossed, {len(seen.requested)} asked for money")
    try:
        delays = commit_delays(sent, seen.positions)
    except LookupError as error:
        raise BenchFailedError(f"not everything was charged: {error}") from None
    waits = [seen.requested[tenant_id] - at_s for tenant_id, at_s in seen.crossed.items()]
    return Latency(
        percentile(delays, 0.5), percentile(delays, 0.99), percentile(waits, 0.99), len(sent) / took_s
    )


def _with_crossings(calls: Calls, crossing: list[str], count: int) -> Iterator[Call]:
    """Make ordinary calls, and evenly among them one of each tenant that crosses."""
    every = max(1, count // max(1, len(crossing)))
    waiting = iter(crossing)
    for number in range(count):
        tenant_id = next(waiting, None) if number % every == every // 2 else None
        yield calls.take() if tenant_id is None else calls.take_of(tenant_id)


class _Sender:
    """Sends events one by one, without waiting for company, and notes when."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, seen: _Seen) -> None:
        self._producer = producer
        self._topic = topic
        self._seen = seen

    async def at_pace(self, calls: Iterator[Call], duration_s: float) -> None:
        """Keep the pace for so long; after a pause of ours it catches up."""
        began_s = time.perf_counter()
        sent = 0
        while sent < round(duration_s * RATE):
            due = min(round((time.perf_counter() - began_s) * RATE), round(duration_s * RATE))
            while sent < due:
                await self._send(next(calls))
                sent += 1
            await asyncio.sleep(TICK_S)

    async def _send(self, call: Call) -> None:
        at_s = time.perf_counter()
        key = call.tenant_id.encode()
        answer = await self._producer.send(self._topic, call.value, key=key, headers=HEADERS)
        self._seen.sent.append((at_s, answer))
        if call.tenant_id.startswith("crossing"):
            self._seen.crossed[call.tenant_id] = at_s


async def _look_at_positions(
    connection: "asyncpg.Connection[asyncpg.Record]", topic: str, seen: _Seen, stop: asyncio.Event
) -> None:
    reading = await connection.prepare(READ_POSITIONS)
    while not stop.is_set():
        rows = await reading.fetch(topic)
        at_s = time.perf_counter()
        for partition, next_offset in rows:
            sightings = seen.positions.setdefault(partition, [])
            if not sightings or sightings[-1].next_offset < next_offset:
                sightings.append(Sighting(next_offset, at_s))
        await asyncio.sleep(LOOK_EVERY_S)


async def _acknowledged(seen: _Seen) -> list[Sent]:
    answers = await asyncio.gather(*(answer for _, answer in seen.sent))
    return [
        Sent(answer.partition, answer.offset, at_s)
        for (at_s, _), answer in zip(seen.sent, answers, strict=True)
    ]


async def _arrival(seen: _Seen, sent: list[Sent]) -> None:
    """Wait until everything sent has been seen, but not for ever: what is missing is reported then."""
    last = {event.partition: event.offset for event in sent}
    deadline = time.perf_counter() + ARRIVES_WITHIN_S
    while time.perf_counter() < deadline:
        passed = all(
            seen.positions.get(partition, [Sighting(0, 0)])[-1].next_offset > offset
            for partition, offset in last.items()
        )
        if passed and len(seen.requested) >= len(seen.crossed):
            return
        await asyncio.sleep(LOOK_EVERY_S)
