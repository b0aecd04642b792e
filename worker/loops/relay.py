"""Relaying: the outbox leaves for Kafka, as soon as something is promised and at least every so often."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from worker.loops.trouble import PASSING, Patience, passes, pause
from worker.metrics.publishing import LANES_LOST, PUBLISH_SECONDS
from worker.transactions.publish_outbox import LanesLostError, Relay, publish_outbox

log: Final = logging.getLogger(__name__)

# Another relay holds a lane that has something for us: it is free again within one publication.
SHORT_WAIT_S: Final = 0.02


async def relay_outbox(
    relay: Relay,
    promised: asyncio.Event,
    wait_s: float,
    beat: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Publish until told to stop; a slow or absent broker costs nobody a database lock."""
    patience = Patience(stop)
    while not stop.is_set():
        beat()
        started = time.perf_counter()
        try:
            sent, more = await publish_outbox(relay)
        except LanesLostError:
            LANES_LOST.inc()
            log.warning("another relay has taken over lanes of ours, which took too long")
            continue
        except PASSING as error:
            if not passes(error):
                raise
            log.warning("publishing waits: %s", type(error).__name__)
            await patience.wait()
            continue
        patience.calm()
        if sent:
            PUBLISH_SECONDS.observe(time.perf_counter() - started)
        if not (sent and more):
            await pause(stop, SHORT_WAIT_S if more else wait_s, promised)
