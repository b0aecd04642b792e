"""Watching the event loop: a thread asks it, again and again, how soon it answers."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from worker.metrics.process import EVENT_LOOP_LAG_SECONDS

ASK_EVERY_S: Final = 0.25


@asynccontextmanager
async def watched_event_loop(every_s: float = ASK_EVERY_S) -> AsyncIterator[None]:
    """Measure the running loop's lag as long as the block lasts.

    A timer inside the loop could only tell of a stall once it is over; the thread also sees one that lasts.
    """
    stop = threading.Event()
    watcher = threading.Thread(
        target=_watch, args=(asyncio.get_running_loop(), every_s, stop), name="event-loop-watch", daemon=True
    )
    watcher.start()
    try:
        yield
    finally:
        stop.set()


def _watch(loop: asyncio.AbstractEventLoop, every_s: float, stop: threading.Event) -> None:
    while not stop.wait(every_s):
        answered = threading.Event()
        asked_at = time.perf_counter()
        try:
            loop.call_soon_threadsafe(answered.set)
        except RuntimeError:
            return  # The loop was closed.
        while not answered.wait(every_s):
            if stop.is_set():
                return
        EVENT_LOOP_LAG_SECONDS.observe(time.perf_counter() - asked_at)
