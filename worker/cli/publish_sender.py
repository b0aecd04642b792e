"""Where events go: to Kafka, or nowhere on a dry run."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from worker.cli.publish_file import Send

if TYPE_CHECKING:
    from worker.adapters.outcome import Event
    from worker.kafka.producer import Producer

STRUCTURED: Final = (("content-type", b"application/cloudevents+json"),)


class Outgoing(NamedTuple):
    """An event on its way to Kafka."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = STRUCTURED


@asynccontextmanager
async def nowhere(*, at_once: bool) -> AsyncIterator[Send]:
    """Send nothing: neither a server nor settings are needed."""
    del at_once

    async def send(events: "Sequence[Event]") -> list[bool | Exception]:
        return [True] * len(events)

    yield send


@asynccontextmanager
async def to_kafka(*, at_once: bool) -> AsyncIterator[Send]:
    """Send to the topic for usage.

    `at_once` finds settings and server before anything else; otherwise that waits for the first events, so
    that a file which cannot be used is refused without either.
    """
    connected = await _connect() if at_once else None

    async def send(events: "Sequence[Event]") -> list[bool | Exception]:
        nonlocal connected
        connected = connected or await _connect()
        producer, topic = connected
        return await producer.publish([Outgoing(topic, event.key, event.value) for event in events])

    try:
        yield send
    finally:
        if connected is not None:
            await connected[0].stop()


async def _connect() -> "tuple[Producer, str]":
    from worker.kafka.producer import Producer
    from worker.kafka.topics import wait_for_topics
    from worker.settings.load import load

    settings = load(needs=("kafka",))
    await wait_for_topics(settings.kafka, [settings.topics.usage])
    # The ids of the events make a resend safe, so no broker needs to know idempotent producers for this.
    producer = Producer(settings.kafka.model_copy(update={"idempotence": False}))
    await producer.start()
    return producer, settings.topics.usage
