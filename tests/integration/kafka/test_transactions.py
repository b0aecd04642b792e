import pytest
from aiokafka import AIOKafkaProducer

from tests.integration.kafka.driving import POLL_MS, Reader, drained, values
from worker.settings.servers import Kafka

pytestmark = pytest.mark.usefixtures("apache_kafka")


async def test_only_what_was_committed_is_read_and_the_gaps_are_stepped_over(
    reader: Reader, kafka: Kafka
) -> None:
    consumer, partition = reader.consumer, (reader.topic, 0)
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, transactional_id=f"{reader.topic}-transactions"
    )
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(reader.topic, b"committed", partition=0)
    await producer.commit_transaction()
    await producer.begin_transaction()
    await producer.send_and_wait(reader.topic, b"aborted", partition=0)
    await producer.abort_transaction()
    await producer.stop()
    # A record and a marker, and again; only one of the four is ours to read.
    end = (await consumer.log_bounds([partition]))[partition][1]

    records = await drained(consumer, 1)
    while (await consumer.next_offsets()).get(partition) != end:
        assert list(await consumer.poll(POLL_MS)) == []
    await consumer.commit(await consumer.next_offsets())

    assert values(records) == [b"committed"]
    assert end - records[0].offset == 4
    assert consumer.lag.records(partition) == 0
