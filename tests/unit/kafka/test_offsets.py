import asyncio
from collections.abc import Mapping

import pytest
from aiokafka.errors import CommitFailedError

from worker.kafka.offsets import Offsets
from worker.kafka.records import Partition
from worker.metrics.reading import COMMIT_FAILURES

ONE: Mapping[Partition, int] = {("usage", 0): 1}
TWO: Mapping[Partition, int] = {("usage", 0): 2, ("usage", 1): 5}


class Broker:
    """A coordinator that writes offsets, refuses them, or does not answer."""

    def __init__(self) -> None:
        self.written: list[Mapping[Partition, int]] = []
        self.refuses = False
        self.answers = asyncio.Event()
        self.answers.set()

    async def write(self, positions: Mapping[Partition, int]) -> None:
        await self.answers.wait()
        if self.refuses:
            raise CommitFailedError
        self.written.append(positions)


@pytest.fixture
def broker() -> Broker:
    return Broker()


def failures(error: str) -> float:
    return float(COMMIT_FAILURES.labels(error)._value.get())


async def test_positions_are_written_as_they_come(broker: Broker) -> None:
    offsets = Offsets(broker.write, every_s=0)

    await offsets.commit(ONE)
    await offsets.commit(TWO)

    assert broker.written == [ONE, TWO]


async def test_within_the_pause_only_the_last_positions_are_kept(broker: Broker) -> None:
    offsets = Offsets(broker.write, every_s=3600)

    for positions in (ONE, ONE, TWO):
        await offsets.commit(positions)
    await offsets.finish(within_s=1)

    assert broker.written == [ONE, TWO]


async def test_a_refusal_is_counted_and_harms_nobody(broker: Broker) -> None:
    offsets = Offsets(broker.write, every_s=0)
    before = failures("CommitFailedError")

    broker.refuses = True
    await offsets.commit(ONE)
    broker.refuses = False
    await offsets.commit(TWO)

    assert failures("CommitFailedError") == before + 1
    assert broker.written == [TWO]


async def test_a_coordinator_that_does_not_answer_holds_nobody_up(broker: Broker) -> None:
    offsets = Offsets(broker.write, every_s=0)
    broker.answers.clear()

    async with asyncio.timeout(30):
        await offsets.commit(ONE)
        await offsets.commit(TWO)
        broker.answers.set()
        await offsets.commit({})

    assert broker.written == [ONE, TWO]


async def test_the_end_does_not_wait_for_a_coordinator_that_is_away(broker: Broker) -> None:
    offsets = Offsets(broker.write, every_s=0)
    broker.answers.clear()
    await offsets.commit(ONE)

    async with asyncio.timeout(30):
        await offsets.finish(within_s=0.05)

    assert broker.written == []


async def test_what_is_forgotten_is_not_written(broker: Broker) -> None:
    offsets = Offsets(broker.write, every_s=3600)
    await offsets.commit(ONE)
    await offsets.commit(TWO)

    offsets.forget()
    await offsets.finish(within_s=1)

    assert broker.written == [ONE]
