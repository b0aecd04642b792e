"""The producer: publishes messages in order and tells of each whether the broker has it."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    UnknownTopicOrPartitionError,
)

from worker.kafka.connection import client_options, ended, started
from worker.metrics.publishing import PRODUCER_RESTARTS, PUBLISH_FAILURES, PUBLISH_REFUSED, PUBLISHED
from worker.settings.servers import Kafka

BATCH_BYTES: Final = 131_072

# The message itself is at fault: sent again, it would be refused again.
REFUSALS: Final = (MessageSizeTooLargeError, RecordListTooLargeError)
# The world is at fault, and this producer may go on; after any other failure it may not.
PASSING: Final = (KafkaTimeoutError, UnknownTopicOrPartitionError)

# What the broker will have said of a message.
Answer = asyncio.Future[object]

log: Final = logging.getLogger(__name__)


class Outgoing(Protocol):
    """A message to publish; those with one key keep their order."""

    @property
    def topic(self) -> str:
        """Where it goes."""

    @property
    def key(self) -> bytes | None:
        """What chooses its partition."""

    @property
    def value(self) -> bytes | None:
        """What it says; None is a tombstone."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """What is said about it."""


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

    async def publish(self, messages: Sequence[Outgoing]) -> list[bool | Exception]:
        """Send everything and wait for the answers, in the order of the messages.

        True: acknowledged. False: not now, to be sent again. An exception: refused for good. An idempotent
        producer waits for absent brokers as long as they are, or until told to stop.
        """
        publishing = asyncio.ensure_future(self._published(messages))
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({publishing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            # Brokers that are well answer in less; what they have is not sent again at the next start.
            await asyncio.wait({publishing}, timeout=self._kafka.stop_deadline_s / 4)
            return publishing.result() if publishing.done() else [False] * len(messages)
        finally:
            publishing.cancel()
            stopping.cancel()

    async def stop(self) -> None:
        """Close within the stop deadline; what is not acknowledged by then was never confirmed."""
        client, self._client = self._client, None
        within_s = self._kafka.stop_deadline_s / 4
        if client is not None and not await ended(client.stop(), within_s=within_s):
            # It waits for deliveries that do not come; let go of, it would go on trying behind our back.
            await ended(client._sender.close(), within_s=within_s)  # noqa: SLF001  # No public way ends it.
            await ended(client.client.close(), within_s=within_s)

    async def _published(self, messages: Sequence[Outgoing]) -> list[bool | Exception]:
        if self._broken:
            PRODUCER_RESTARTS.inc()
            await self.stop()
        if self._client is None:
            await self.start()
        sent = await self._sent(messages)
        if waiting := {answer for answer in sent if isinstance(answer, asyncio.Future)}:
            await asyncio.wait(waiting)
        return [
            self._outcome(message.topic, _failure(answer))
            for message, answer in zip(messages, sent, strict=True)
        ]

    def _made(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            **client_options(self._kafka),
            acks="all",
            enable_idempotence=self._kafka.idempotence,
            linger_ms=self._kafka.linger_ms,
            max_batch_size=BATCH_BYTES,
            max_request_size=self._kafka.request_bytes,
        )

    async def _sent(self, messages: Sequence[Outgoing]) -> "list[Answer | Exception]":
        """Hand everything to the client; after a topic's first failure nothing more goes to it.

        Later messages would overtake those that failed, and a missing topic would cost a time-out each.
        """
        assert self._client is not None
        failed: dict[str, Exception] = {}
        sent: list[Answer | Exception] = []
        for message in messages:
            try:
                answer = failed.get(message.topic) or await self._client.send(
                    message.topic, message.value, key=message.key, headers=list(message.headers)
                )
            except REFUSALS as error:
                answer = error
            except KafkaError as error:
                answer = failed[message.topic] = error
            sent.append(answer)
        return sent

    def _outcome(self, topic: str, error: BaseException | None) -> bool | Exception:
        if error is None:
            PUBLISHED.labels(topic).inc()
            return True
        if isinstance(error, REFUSALS):
            PUBLISH_REFUSED.labels(topic).inc()
            refusal: Exception = error
            return refusal
        PUBLISH_FAILURES.labels(type(error).__name__).inc()
        log.warning("a message to %s was not acknowledged: %r", topic, error)
        if not isinstance(error, PASSING) and not getattr(error, "retriable", False):
            self._broken = True
        return False


def _failure(answer: "Answer | Exception") -> BaseException | None:
    if isinstance(answer, Exception):
        return answer
    return asyncio.CancelledError() if answer.cancelled() else answer.exception()
