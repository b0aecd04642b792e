"""Pace: work that comes round again and again, and outlives a world that is away for a while."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from worker.loops.trouble import PASSING, label, passes, pause
from worker.metrics.charging import RETRIES

log: Final = logging.getLogger(__name__)


async def every(
    seconds: float,
    work: Callable[[], Awaitable[object]],
    beat: Callable[[], None],
    stop: asyncio.Event,
    wake: asyncio.Event | None = None,
) -> None:
    """Do this work every so many seconds, and at once when woken."""
    while not stop.is_set():
        beat()
        try:
            await work()
        except PASSING as error:
            if not passes(error):
                raise
            RETRIES.labels(label(error)).inc()
            log.warning("%s waits: %s", getattr(work, "__name__", "work"), type(error).__name__)
        await pause(stop, seconds, wake)
