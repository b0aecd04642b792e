"""Traffic: simulated tenants publish what they do, at a steady rate."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping
from itertools import chain
from random import SystemRandom
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from worker.settings.servers import Kafka
from worker.simulators.calls import Calls
from worker.simulators.clients import producing
from worker.simulators.event import Outgoing
from worker.simulators.tenants import opening

TICK_S: Final = 0.05
# After a pause (a broker that restarts) traffic goes on at its rate and does not catch up.
LONGEST_TICK_S: Final = 0.5


class Traffic:
    """Opens the accounts of `tenants` tenants, then publishes `rate` records a second until told to stop.

    `topics` names the topic of each role. A record that the broker does not take is counted in `lost`, in
    `published` otherwise.
    """

    def __init__(
        self, kafka: Kafka, topics: Mapping[str, str], *, rate: float, tenants: int, seed: int | None = None
    ) -> None:
        self.published = 0
        self.lost = 0
        self._kafka = kafka
        self._topics = topics
        self._rate = rate
        self._tenants = tenants
        self._calls = Calls(tenants, seed=SystemRandom().getrandbits(64) if seed is None else seed)

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set; what was begun is finished first."""
        async with producing(self._kafka) as producer:
            now_s = time.time()
            openings = (opening(number, now_s) for number in range(self._tenants))
            await self._publish(producer, chain.from_iterable(openings))
            await self._keep_pace(producer, stop)

    async def _keep_pace(self, producer: AIOKafkaProducer, stop: asyncio.Event) -> None:
        owed = 0.0
        before = time.monotonic()
        while not stop.is_set():
            now = time.monotonic()
            owed += min(now - before, LONGEST_TICK_S) * self._rate
            before = now
            due = int(owed)
            owed -= due
            await self._publish(producer, self._calls.take(due, time.time()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await stop.wait()

    async def _publish(self, producer: AIOKafkaProducer, records: Iterable[Outgoing]) -> None:
        """Send, and wait until the broker has taken or refused each."""
        under_way = []
        for record in records:
            try:
                under_way.append(
                    await producer.send(
                        self._topics[record.topic], record.value, key=record.key, headers=list(record.headers)
                    )
                )
            except KafkaError:
                self.lost += 1
        results = await asyncio.gather(*under_way, return_exceptions=True)
        refused = sum(isinstance(result, KafkaError) for result in results)
        self.lost += refused
        self.published += len(results) - refused
