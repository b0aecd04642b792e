from prometheus_client import generate_latest

from tests.integration.kafka.driving import POLL_MS, Message, Reader, drained, published, values
from tests.integration.strange_headers import READ_AS, Strange, publish_strangely
from worker.kafka.producer import Producer
from worker.metrics.catalogue import REGISTRY
from worker.settings.servers import Kafka


async def test_records_come_with_key_headers_and_bytes_as_they_were(
    reader: Reader, producer: Producer
) -> None:
    headers = [("content-type", b"application/json"), ("ce_id", "\u00e9".encode())]
    await producer.publish([Message(reader.topic, b"tenant", b"\x00\xff", headers)])

    (record,) = await drained(reader.consumer, 1)

    assert (record.key, record.value, list(record.headers)) == (b"tenant", b"\x00\xff", headers)


async def test_a_tombstone_has_no_value(reader: Reader, producer: Producer) -> None:
    await producer.publish([Message(reader.topic, b"tenant", None)])

    (record,) = await drained(reader.consumer, 1)

    assert record.value is None


async def test_a_header_name_that_is_no_text_costs_neither_its_record_nor_another(
    reader: Reader, kafka: Kafka
) -> None:
    own = [("content-type", b"application/json")]
    records = [Strange(b"%d" % number, b"%d" % number, own, strange=number in {1, 3}) for number in range(5)]
    await publish_strangely(kafka, reader.topic, 0, records)
    await publish_strangely(kafka, reader.topic, 0, records)

    found = await drained(reader.consumer, 10)

    assert [record.value for record in found] == [one.value for one in records] * 2
    assert [list(record.headers) for record in found] == [
        [(READ_AS, b"x"), *own] if one.strange else own for one in records
    ] * 2


async def test_nothing_to_read_is_no_records(reader: Reader) -> None:
    assert list(await reader.consumer.poll(POLL_MS)) == []


async def test_the_bounds_of_a_log_are_its_first_offset_and_the_one_after_its_last(
    reader: Reader, producer: Producer
) -> None:
    before = await reader.consumer.log_bounds(reader.consumer.assigned)
    await published(producer, reader.topic, 50)
    after = await reader.consumer.log_bounds(reader.consumer.assigned)

    assert {start for start, _ in before.values()} == {0}
    assert sum(end for _, end in after.values()) - sum(end for _, end in before.values()) == 50


async def test_what_was_given_back_comes_first_and_once(reader: Reader, producer: Producer) -> None:
    expected = await published(producer, reader.topic, 30)
    records = await drained(reader.consumer, 30)
    reader.consumer.give_back(records[10:])
    await published(producer, reader.topic, 5)

    again = await reader.consumer.poll(POLL_MS)
    later = await drained(reader.consumer, 5)

    assert values([*records[:10], *again]) == expected
    assert len(later) == 5


async def test_the_next_offsets_are_those_of_what_is_not_yet_decided(
    reader: Reader, producer: Producer
) -> None:
    before = await reader.consumer.next_offsets()
    await published(producer, reader.topic, 40)
    records = await drained(reader.consumer, 40)
    after_all = await reader.consumer.next_offsets()
    undecided = [record for record in records if record.partition == records[0].partition][1:]
    reader.consumer.give_back(undecided)

    after_one = await reader.consumer.next_offsets()

    assert sum(after_all.values()) - sum(before.values()) == 40
    assert after_one[reader.topic, records[0].partition] == undecided[0].offset


async def test_after_a_rewind_everything_comes_again(reader: Reader, producer: Producer) -> None:
    before = await reader.consumer.next_offsets()
    expected = await published(producer, reader.topic, 30)
    records = await drained(reader.consumer, 30)
    reader.consumer.give_back(records[20:])

    reader.consumer.rewind(before)
    again = await drained(reader.consumer, 30)

    assert values(again) == expected


async def test_the_lag_is_what_the_ledger_does_not_hold_yet(reader: Reader, producer: Producer) -> None:
    consumer = reader.consumer
    await consumer.commit(await consumer.next_offsets())
    await published(producer, reader.topic, 30)
    await drained(consumer, 30)
    behind = sum(consumer.lag.records(partition) for partition in consumer.assigned)
    age_s = consumer.lag.worst_s()
    page = generate_latest(REGISTRY).decode()

    await consumer.commit(await consumer.next_offsets())

    assert behind == 30
    assert 0 < age_s < 300
    assert f'talktime_lag_records{{partition="0",topic="{reader.topic}"}}' in page
    assert sum(consumer.lag.records(partition) for partition in consumer.assigned) == 0
    assert consumer.lag.worst_s() == 0
