"""The producer: publishes messages in order and tells of each whether the broker has it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError, UnknownTopicOrPartitionError

from worker.kafka.batches import REFUSALS, Batches, Outgoing
from worker.kafka.connection import client_options, ended, started
from worker.metrics.publishing import PRODUCER_RESTARTS, PUBLISH_FAILURES, PUBLISH_REFUSED, PUBLISHED
from worker.settings.servers import Kafka

BATCH_BYTES: Final = 131_072

# The world is at fault, and this producer may go on; after any other failure it may not.
PASSING: Final = (KafkaTimeoutError, UnknownTopicOrPartitionError, TimeoutError)

log: Final = logging.getLogger(__name__)


class Producer:
    """Publishes with acknowledgement of every replica in sync; one that fails for good is replaced.

    `stop`, once set, ends the wait for brokers that are away.
    """

    def __init__(self, kafka: Kafka, stop: asyncio.Event | None = None) -> None:
        self._kafka = kafka
        self._stop = stop or asyncio.Event()
        self._client: AIOKafkaProducer | None = None
        self._broken = False

    async def start(self) -> None:
        """Connect; raises `KafkaUnreachableError` after the start deadline."""
        self._client = await started(self._made, AIOKafkaProducer.stop, self._kafka)
        self._broken = False

    async def publish(
        self, messages: Sequence[Outgoing], may_send: Callable[[], bool] = lambda: True
    ) -> list[bool | Exception]:
        """Send everything and wait for the answers, in the order of the messages.

        True: acknowledged. False: not now, to be sent again. An exception: refused for good. An idempotent
        producer waits for absent brokers as long as they are, or until told to stop; nothing more is begun
        once `may_send` says no. Whoever cancels this has what is under way withdrawn.
        """
        answers: list[bool | Exception] = [False] * len(messages)
        publishing = asyncio.ensure_future(self._publish(messages, may_send, answers))
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({publishing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            # Brokers that are well answer in less; what they have is not sent again at the next start.
            await asyncio.wait({publishing}, timeout=self._kafka.stop_deadline_s / 4)
            if publishing.done():
                publishing.result()
            return list(answers)
        finally:
            stopping.cancel()
            if not publishing.done():
                publishing.cancel()
                await self._let_go()

    async def stop(self) -> None:
        """Close within the stop deadline; what is not acknowledged by then was never confirmed."""
        within_s = self._kafka.stop_deadline_s / 4
        if self._client is not None and not await ended(self._client.stop(), within_s=within_s):
            # It waits for deliveries that do not come; let go of, it would go on trying behind our back.
            await self._let_go()
        self._client = None

    async def _let_go(self) -> None:
        """Withdraw what is under way and disconnect, waiting for no answer."""
        client, self._client = self._client, None
        within_s = self._kafka.stop_deadline_s / 4
        if client is not None:
            await ended(client._sender.close(), within_s=within_s)  # noqa: SLF001  # No public way ends it.
            await ended(client.stop(), within_s=within_s)

    async def _publish(
        self,
        messages: Sequence[Outgoing],
        may_send: Callable[[], bool],
        answers: list[bool | Exception],
    ) -> None:
        if self._broken:
            PRODUCER_RESTARTS.inc()
            await self.stop()
        if self._client is None:
            await self.start()

        def hear(topic: str, numbers: Sequence[int], error: BaseException | None) -> None:
            outcome = self._outcome(topic, len(numbers), error)
            for number in numbers:
                answers[number] = outcome

        await Batches(self._client, messages, self._kafka.request_bytes, may_send, hear).send()

    def _made(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            **client_options(self._kafka),
            acks="all",
            enable_idempotence=self._kafka.idempotence,
            linger_ms=self._kafka.linger_ms,
            max_batch_size=BATCH_BYTES,
            max_request_size=self._kafka.request_bytes,
        )

    def _outcome(self, topic: str, messages: int, error: BaseException | None) -> bool | Exception:
        if error is None:
            PUBLISHED.labels(topic).inc(messages)
            return True
        if isinstance(error, REFUSALS):
            PUBLISH_REFUSED.labels(topic).inc(messages)
            refusal: Exception = error
            return refusal
        PUBLISH_FAILURES.labels(type(error).__name__).inc(messages)
        log.warning("%s messages to %s were not acknowledged: %r", messages, topic, error)
        if not isinstance(error, PASSING) and not getattr(error, "retriable", False):
            self._broken = True
        return False
