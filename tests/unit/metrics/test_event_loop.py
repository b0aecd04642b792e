import asyncio
import threading

from worker.metrics.event_loop import watched_event_loop
from worker.metrics.process import EVENT_LOOP_LAG_SECONDS


def total() -> tuple[float, float]:
    """How many answers were measured, and how long they took together."""
    samples = {
        sample.name: sample.value for family in EVENT_LOOP_LAG_SECONDS.collect() for sample in family.samples
    }
    name = "talktime_event_loop_lag_seconds"
    return samples[f"{name}_count"], samples[f"{name}_sum"]


async def answers(count: float) -> None:
    while True:
        if total()[0] >= count:
            return
        await asyncio.sleep(0)


async def test_a_stall_of_the_event_loop_is_measured() -> None:
    async with asyncio.timeout(30), watched_event_loop(every_s=0.01):
        await answers(total()[0] + 2)
        count, before_s = total()
        threading.Event().wait(0.5)
        await answers(count + 2)

    assert total()[1] - before_s > 0.4


async def test_the_watch_ends_with_its_block() -> None:
    before = threading.enumerate()
    async with watched_event_loop():
        (watch,) = [thread for thread in threading.enumerate() if thread not in before]

    await asyncio.to_thread(watch.join, 30)
    assert not watch.is_alive()
