"""The consumer: polls records of the partitions that the group gives us, from positions that we are told."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Final

from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError

from worker.kafka.bounds import log_bounds
from worker.kafka.connection import ended, started
from worker.kafka.fetch import Fetch
from worker.kafka.lag import Lag
from worker.kafka.member import Member
from worker.kafka.offsets import Offsets
from worker.kafka.ownership import Ownership
from worker.kafka.records import Partition, Record
from worker.kafka.topics import wait_for_topics
from worker.settings.servers import Kafka

MAX_RECORDS: Final = 5000


class PositionLostError(Exception):
    """Records that we have not read are gone: `position` of `partition` is outside its log."""

    def __init__(self, partition: Partition, position: int) -> None:
        super().__init__(f"{partition[0]}/{partition[1]}: offset {position} is not in the log")
        self.partition = partition
        self.position = position


class Consumer:
    """One member of the group.

    Newly assigned partitions stay paused until `place` says where they continue. One task calls `poll`, and
    calls `place`, `rewind` and `give_back` between two polls. `lag` says how far behind the ledger is.
    """

    def __init__(self, kafka: Kafka, topics: Sequence[str], *, max_records: int = MAX_RECORDS) -> None:
        self._kafka = kafka
        self._topics = tuple(topics)
        self._max_records = max_records
        self._cluster_id = ""
        self._client: Member | None = None
        self._ownership = Ownership(self._pause, self._lose)
        self._fetch = Fetch()
        self._given_back: dict[Partition, list[Record]] = {}
        self._offsets = Offsets(self._commit, every_s=kafka.commit_every_s)
        self.lag = Lag(self._end, self._fetched_ms)

    @property
    def assigned(self) -> frozenset[Partition]:
        """The partitions that are ours, as far as we know."""
        return self._ownership.owned

    @property
    def generation(self) -> int:
        """A number that is another one after each rebalance."""
        return self._ownership.generation

    async def start(self) -> None:
        """Join the group once its topics are there; else `MissingTopicsError` or `KafkaUnreachableError`."""
        self._cluster_id = (await wait_for_topics(self._kafka, self._topics)).cluster_id
        await started(self._new_member, Member.stop, self._kafka)

    async def poll(self, timeout_ms: int) -> Sequence[Record]:
        """Return what has arrived, each partition in its order, at most `max_records`; or nothing.

        Records given back come first. Raises `PositionLostError` once for a partition that cannot go on, and
        holds it from then on; any other failure of the library ends this consumer.
        """
        if self._ownership.failure is not None:
            raise self._ownership.failure
        if self._given_back:
            # The group must get a word in, also between batches that are decided without a wait.
            await asyncio.sleep(0)
            given_back, self._given_back = self._given_back, {}
            return list(chain.from_iterable(given_back.values()))
        generation = self.generation
        try:
            fetched = await self._fetch.result(self._member, timeout_ms, self._max_records)
        except OffsetOutOfRangeError as error:
            (((topic, number), position),) = error.args[0].items()
            if (topic, number) in self._ownership.held:
                return []  # Of a fetch that was under way when we heard of the first.
            self.hold([(topic, number)])
            raise PositionLostError((topic, number), position) from None
        except NoOffsetForPartitionError:
            return []  # Not placed yet: `place` says where it begins.
        if generation != self.generation:
            return []  # Dealt anew meanwhile: all of it is read again, by whoever owns it now.
        self.lag.polled(fetched)
        return list(chain.from_iterable(fetched.values()))

    def newly_assigned(self) -> frozenset[Partition]:
        """List the partitions that wait, paused, for `place` or `hold`."""
        return self._ownership.unplaced

    def place(self, positions: Mapping[Partition, int]) -> None:
        """Say where newly assigned partitions continue, and read them from now on."""
        mine = self._mine(positions)
        self._member.seek(mine)
        self.lag.placed(mine)
        self._ownership.placed(mine)
        self._member.resume(mine)

    def hold(self, partitions: Collection[Partition]) -> None:
        """Leave these unread until they are wanted again or the group deals them anew."""
        mine = self.assigned.intersection(partitions)
        self._member.pause(mine)
        # Without any position the client would ask for one for ever, and fetch nothing else from that broker.
        self._member.seek(dict.fromkeys(mine & self.newly_assigned(), 0))
        self.lag.stopped(mine)
        self._ownership.kept_unread(mine)
        for partition in mine:
            self._given_back.pop(partition, None)

    def want_again(self, partitions: Collection[Partition]) -> None:
        """Let partitions on hold wait for `place` again, as if they were newly assigned."""
        self._ownership.wanted_again(partitions)

    def give_back(self, records: Sequence[Record]) -> None:
        """Take back the undecided rest of a poll, in its order: the next poll returns it first."""
        for record in records:
            partition = (record.topic, record.partition)
            if partition in self.assigned:
                self._given_back.setdefault(partition, []).append(record)

    def rewind(self, positions: Mapping[Partition, int]) -> None:
        """Continue from these positions again after a roll-back; what was polled beyond them is dropped."""
        self._given_back.clear()
        self._fetch.drop()
        self._member.seek(self._mine(positions))

    async def next_offsets(self) -> Mapping[Partition, int]:
        """Tell where each partition that is read continues: what its read position must become.

        Not the last offset + 1: compaction and transactions leave gaps, also at the end.
        """
        if self._fetch.under_way:
            return {}  # Its records are not out yet, though the library counts them as read.
        result: dict[Partition, int] = {}
        for partition in self.assigned - self.newly_assigned() - self._ownership.held:
            waiting = self._given_back.get(partition)
            result[partition] = waiting[0].offset if waiting else await self._member.position(partition)
        return result

    async def log_bounds(self, partitions: Collection[Partition]) -> Mapping[Partition, tuple[int, int]]:
        """Find where each partition's log begins, and the offset after its last record."""
        return await log_bounds(self._kafka, partitions)

    async def cluster_id(self) -> str:
        """Name the cluster; under another name our offsets mean nothing."""
        return self._cluster_id

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Tell Kafka, and the lag metrics, what the ledger holds; best effort, and no oftener than set."""
        mine = self._mine(positions)
        self.lag.settled(mine)
        await self._offsets.commit(mine)

    async def stop(self) -> None:
        """Leave the group, within the stop deadline."""
        if self._client is not None:
            await self._offsets.finish(within_s=self._kafka.stop_deadline_s / 4)
            await ended(self._client.stop(), within_s=self._kafka.stop_deadline_s / 4)
            await self._fetch.end()
            self._lose(self.assigned)

    @property
    def _member(self) -> Member:
        assert self._client is not None, "start the consumer first"
        return self._client

    def _new_member(self) -> Member:
        self._client = Member(self._kafka, self._topics, self._ownership)
        return self._client

    def _mine(self, positions: Mapping[Partition, int]) -> dict[Partition, int]:
        return {partition: at for partition, at in positions.items() if partition in self.assigned}

    def _pause(self, partitions: Collection[Partition]) -> None:
        self._member.pause(partitions)

    def _lose(self, partitions: Collection[Partition]) -> None:
        self._given_back.clear()
        self._offsets.forget()
        self.lag.lost(partitions)

    async def _commit(self, positions: Mapping[Partition, int]) -> None:
        await self._member.commit(positions)

    def _end(self, partition: Partition) -> int | None:
        return self._member.end(partition)

    def _fetched_ms(self, partition: Partition) -> int | None:
        return self._member.fetched_ms(partition)
