import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from prometheus_client import generate_latest

from worker.kafka.lag import FOR_EVER_S, Lag
from worker.kafka.records import Partition
from worker.metrics.catalogue import REGISTRY
from worker.metrics.reading import FETCH_AGE_SECONDS

FIRST: Partition = ("lag.usage", 0)
SECOND: Partition = ("lag.usage", 1)


class Polled(NamedTuple):
    timestamp: int
    topic: str = "lag.usage"
    partition: int = 0
    offset: int = 0
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


class Log:
    """What the broker last said: where logs end, and when it said so."""

    def __init__(self) -> None:
        self.ends: dict[Partition, int] = {}
        self.answered_ms: dict[Partition, int] = {}


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def lag(log: Log) -> Iterator[Lag]:
    lag = Lag(log.ends.get, log.answered_ms.get)
    yield lag
    lag.lost([FIRST, SECOND])
    FETCH_AGE_SECONDS.set_function(lambda: 0.0)


def now_ms() -> int:
    return int(time.time() * 1000)


def test_before_the_broker_answered_nothing_is_known(lag: Lag) -> None:
    lag.placed({FIRST: 10})

    assert (lag.records(FIRST), lag.worst_s(), lag.fetch_age_s()) == (0, 0, 0)


def test_before_we_looked_into_every_partition_records_of_any_age_may_wait(lag: Lag, log: Log) -> None:
    lag.placed({FIRST: 10, SECOND: 10})
    log.ends[FIRST] = 10
    unanswered = lag.unread_s()
    log.ends[SECOND] = 11
    unpolled = lag.unread_s()

    lag.polled({SECOND: [Polled(now_ms() - 60_000)]})
    polled = lag.unread_s()
    lag.settled({SECOND: 11})

    assert unanswered == unpolled == FOR_EVER_S
    assert 60 <= polled < 600
    assert lag.unread_s() == 0


def test_what_another_worker_reads_now_waits_for_nobody_here(lag: Lag) -> None:
    lag.placed({FIRST: 10})
    lag.lost([FIRST])

    assert lag.unread_s() == 0


def test_the_lag_ends_when_the_ledger_has_it_and_not_when_it_was_polled(lag: Lag, log: Log) -> None:
    lag.placed({FIRST: 10})
    log.ends[FIRST] = 15
    lag.polled({FIRST: [Polled(now_ms() - 60_000)]})
    polled = (lag.records(FIRST), lag.seconds(FIRST))

    lag.settled({FIRST: 15})

    assert polled[0] == 5
    assert 59 < polled[1] < 600
    assert (lag.records(FIRST), lag.seconds(FIRST)) == (0, 0)


def test_the_age_grows_while_no_batch_gets_through(lag: Lag, log: Log) -> None:
    lag.placed({FIRST: 0})
    log.ends[FIRST] = 1
    lag.polled({FIRST: [Polled(now_ms())]})
    before_s = lag.seconds(FIRST)

    while lag.seconds(FIRST) <= before_s:
        pass

    assert lag.worst_s() > before_s


def test_the_worst_is_that_of_the_partition_furthest_behind(lag: Lag, log: Log) -> None:
    lag.placed({FIRST: 0, SECOND: 0})
    log.ends.update({FIRST: 1, SECOND: 1})
    lag.polled({FIRST: [Polled(now_ms() - 5_000)], SECOND: [Polled(now_ms() - 50_000)]})

    assert lag.worst_s() >= 50


def test_a_producer_whose_clock_is_ahead_makes_no_negative_lag(lag: Lag, log: Log) -> None:
    lag.placed({FIRST: 0})
    log.ends[FIRST] = 1
    lag.polled({FIRST: [Polled(now_ms() + 3_600_000)]})

    assert lag.seconds(FIRST) == 0


def test_a_broker_that_answers_no_fetch_grows_old_only_while_we_wait_for_it(lag: Lag, log: Log) -> None:
    lag.placed({FIRST: 0})
    log.answered_ms[FIRST] = now_ms() - 30_000

    lag.polled({FIRST: [Polled(now_ms())]})
    busy_s = lag.fetch_age_s()
    lag.polled({})
    waiting_s = lag.fetch_age_s()

    assert busy_s == 0
    assert 29 < waiting_s < 600


def test_a_partition_that_was_lost_is_exported_no_more(lag: Lag) -> None:
    lag.placed({FIRST: 0})
    lag.stopped([SECOND])
    before = generate_latest(REGISTRY).decode()
    lag.lost([FIRST, SECOND])
    after = generate_latest(REGISTRY).decode()

    assert 'talktime_partition_stopped{partition="1",topic="lag.usage"} 1.0' in before
    assert 'talktime_lag_seconds{partition="0",topic="lag.usage"} 0.0' in before
    assert "lag.usage" not in after
