"""The worker process: its parts made, joined and ended."""

import asyncio
import gc
import signal
from importlib.metadata import version
from platform import python_version
from typing import Final
from uuid import uuid4

from worker.app.furnish import furnish
from worker.app.pulse import Pulse
from worker.domain.refusals import RefusalLimit
from worker.http.health import health_pages
from worker.http.serve import served
from worker.kafka.consumer import Consumer
from worker.kafka.producer import Producer
from worker.loops.audit import audit
from worker.loops.charger import Charger
from worker.loops.consume import consume
from worker.loops.observe import COUNT_EVERY_S, OBSERVE_EVERY_S, count_accounts, observe
from worker.loops.pace import every
from worker.loops.partitions import Partitions
from worker.loops.refusal_watch import RefusalWatch
from worker.loops.relay import relay_outbox
from worker.loops.release import release
from worker.loops.sweep import keep_sweeping
from worker.loops.upkeep import forget, keep_days
from worker.metrics.event_loop import watched_event_loop
from worker.metrics.process import BUILD_INFO
from worker.postgres.transaction import Database, create_pool
from worker.settings.model import Settings
from worker.transactions.office import Office
from worker.transactions.publish_outbox import Relay

# Most of what a batch makes dies with it: looking for cycles less often saves a tenth of the time.
GARBAGE_THRESHOLD: Final = 50_000


async def run_worker(settings: Settings, *, rebuild: bool = False, stop: asyncio.Event | None = None) -> int:
    """Charge until told to stop by a signal (or by `stop`); return the exit code."""
    stopped = stop or stop_on_signals()
    pulse = Pulse(settings.metrics)
    BUILD_INFO.labels(version("talktime"), python_version()).set(1)
    pages = health_pages(alive=pulse.alive, ready=pulse.ready)
    async with served(pages, settings.metrics.host, settings.metrics.port), watched_event_loop():
        pool = await create_pool(settings.postgres)
        consumer = Consumer(settings.kafka, settings.topics.read)
        producer = Producer(settings.kafka, stopped)
        try:
            await consumer.start()
            await producer.start()
            office = await furnish(settings, pool, await consumer.cluster_id(), rebuild=rebuild)
            pulse.watch(consumer)
            await run_loops(settings, office, consumer, producer, pulse, stopped)
        finally:
            await consumer.stop()
            await producer.stop()
            await close(pool)
    return 0


async def run_loops(
    settings: Settings,
    office: Office,
    consumer: Consumer,
    producer: Producer,
    pulse: Pulse,
    stop: asyncio.Event,
) -> None:
    """Run every loop; the end of one is the end of all."""
    limits = settings.limits
    window = RefusalLimit(limits.refused_limit, limits.refused_window)
    watch = RefusalWatch(window, accept=limits.accept_refused)
    partitions = Partitions(
        consumer, office, fresh_cluster=settings.kafka.fresh_cluster, window=limits.refused_window
    )
    charger = Charger(consumer, partitions, office, limits, watch, stop)
    relay = Relay(
        office.pool, producer, office.cell, uuid4(), settings.relay.lease_s, settings.relay.messages
    )

    async def observe_now() -> None:
        await observe(office)

    async def count_now() -> None:
        await count_accounts(office)

    async def keep_days_now() -> None:
        await keep_days(office, limits)

    async def forget_now() -> None:
        await forget(office, limits)

    async def release_now() -> None:
        if await release(office, settings.sweep.release_rows):
            charger.promised.set()

    await keep_days_now()
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 20)
    beat = pulse.beat
    sweep = settings.sweep
    async with asyncio.TaskGroup() as group:
        start = group.create_task
        consuming = start(consume(consumer, partitions, charger, watch, beat("consume"), stop))
        consuming.add_done_callback(lambda _: stop.set())
        start(relay_outbox(relay, charger.promised, settings.relay.wait_s, beat("relay"), stop))
        start(every(sweep.release_every_s, release_now, beat("release"), stop, charger.opened))
        start(keep_sweeping(office, consumer, sweep, charger.promised, beat("sweep"), stop))
        start(every(OBSERVE_EVERY_S, observe_now, beat("observe"), stop))
        start(every(COUNT_EVERY_S, count_now, beat("count"), stop))
        start(every(sweep.upkeep_every_s, keep_days_now, beat("upkeep"), stop))
        start(every(sweep.forget_every_s, forget_now, beat("forget"), stop))
        start(audit(office.pool, office.cell, sweep.audit_every_s, beat("audit"), stop))


def stop_on_signals() -> asyncio.Event:
    """Make an event that SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def close(pool: Database) -> None:
    """Close the pool, but wait for no server that is away."""
    try:
        async with asyncio.timeout(5):
            await pool.close()
    except (TimeoutError, OSError):
        pool.terminate()
