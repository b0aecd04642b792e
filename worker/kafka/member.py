"""The group's member: the client library with types, set up where its defaults would lose money."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from worker.kafka.connection import client_options
from worker.kafka.header_names import accept_any_header_name
from worker.kafka.records import Partition, Record
from worker.settings.servers import Kafka

# One worker gets the same numbers of every topic, and so a tenant's usage beside its payments.
ASSIGNORS: Final = (RangePartitionAssignor,)


class Member:
    """A client that joins the group when started, and commits and decides nothing by itself."""

    def __init__(self, kafka: Kafka, topics: Collection[str], listener: ConsumerRebalanceListener) -> None:
        accept_any_header_name()
        self._client = AIOKafkaConsumer(
            **client_options(kafka),
            group_id=kafka.group_id,
            group_instance_id=kafka.group_instance_id or None,
            enable_auto_commit=False,
            # To read on from anywhere but the ledger's position is to skip or to search in silence.
            auto_offset_reset="none",
            isolation_level="read_committed",
            partition_assignment_strategy=ASSIGNORS,
            session_timeout_ms=round(kafka.session_timeout_s * 1000),
            rebalance_timeout_ms=round(kafka.rebalance_timeout_s * 1000),
            heartbeat_interval_ms=round(kafka.heartbeat_s * 1000),
            max_poll_interval_ms=round(kafka.max_poll_interval_s * 1000),
            fetch_max_wait_ms=kafka.fetch_wait_ms,
            fetch_max_bytes=kafka.fetch_bytes,
            max_partition_fetch_bytes=kafka.partition_fetch_bytes,
        )
        self._client.subscribe(list(topics), listener=listener)

    async def start(self) -> None:
        """Connect, join and wait for the first deal."""
        await self._client.start()

    async def stop(self) -> None:
        """Leave the group; with the brokers away this may never return."""
        await self._client.stop()

    async def fetch(self, timeout_ms: int, max_records: int) -> Mapping[Partition, Sequence[Record]]:
        """Wait for records; never to be cancelled as long as the client is of use."""
        fetched: Mapping[Partition, Sequence[Record]] = await self._client.getmany(
            timeout_ms=timeout_ms, max_records=max_records
        )
        return fetched

    def pause(self, partitions: Iterable[Partition]) -> None:
        """Fetch and return nothing of these."""
        self._client.pause(*(TopicPartition(*partition) for partition in partitions))

    def resume(self, partitions: Iterable[Partition]) -> None:
        """Fetch these again."""
        self._client.resume(*(TopicPartition(*partition) for partition in partitions))

    def seek(self, positions: Mapping[Partition, int]) -> None:
        """Go to these offsets; what was fetched before is dropped."""
        for partition, position in positions.items():
            self._client.seek(TopicPartition(*partition), position)

    async def position(self, partition: Partition) -> int:
        """Give the offset that a partition with a position continues at."""
        return int(await self._client.position(TopicPartition(*partition)))

    def end(self, partition: Partition) -> int | None:
        """Give the offset after the log's last record, as of the last answer."""
        end: int | None = self._client.highwater(TopicPartition(*partition))
        return end

    def fetched_ms(self, partition: Partition) -> int | None:
        """Give the time of the broker's last answer about a partition."""
        fetched_ms: int | None = self._client.last_poll_timestamp(TopicPartition(*partition))
        return fetched_ms

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Write Kafka's own offsets; with the coordinator away this may never return."""
        await self._client.commit({TopicPartition(*partition): at for partition, at in positions.items()})
