"""A producer of header names that are not UTF-8, which no client library lets anybody write."""

from collections.abc import Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

from worker.kafka.connection import client_options
from worker.settings.servers import Kafka

STRANGE = b"\xff\xfe\x80"
# What Talktime makes of it.
READ_AS = "\\xff\\xfe\\x80"
PLACEHOLDER = "???"
CHECKSUM = slice(17, 21)


class Strange(NamedTuple):
    """A record; it gets the strange header before its own when `strange`."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    strange: bool = False


async def publish_strangely(kafka: Kafka, topic: str, partition: int, records: Sequence[Strange]) -> None:
    """Publish all of these as one batch."""
    producer = AIOKafkaProducer(**client_options(kafka), enable_idempotence=False)
    await producer.start()
    try:
        batch = producer.create_batch()
        for one in records:
            headers = [(PLACEHOLDER, b"x"), *one.headers] if one.strange else list(one.headers)
            batch.append(timestamp=None, key=one.key, value=one.value, headers=headers)
        batch.close()
        batch._buffer = spoiled(batch._build())
        await (await producer.send_batch(batch, topic, partition=partition))
    finally:
        await producer.stop()


def spoiled(batch: bytes) -> bytearray:
    """Put the strange name in the place of the placeholder, and count the checksum anew."""
    written = bytearray(batch.replace(PLACEHOLDER.encode(), STRANGE))
    assert written != batch, "none of the records is strange"
    written[CHECKSUM] = calc_crc32c(written[CHECKSUM.stop :]).to_bytes(4, "big")
    return written
