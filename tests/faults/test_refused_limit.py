"""The limit on refused records: a worker stops before a misconfigured producer drains a topic."""

from pathlib import Path
from typing import Final

import pytest

from tests.faults.books import charged, drained, outcomes, prove
from tests.faults.published_events import Published, call, opened, publish
from tests.faults.worker_process import WorkerProcess, working
from worker.cli.exits import REFUSED_LIMIT
from worker.postgres.transaction import Database
from worker.settings.model import Settings

LIMIT: Final = {"TALKTIME_REFUSED_LIMIT": "100", "TALKTIME_REFUSED_WINDOW": "1000"}
FLOOD: Final = 800
GOOD: Final = 20


def refused(topic: str, key: bytes) -> Published:
    return Published(topic, key, b"not a CloudEvent")


async def publish_usage(settings: Settings, *, keys: int) -> None:
    """Publish refused records under so many keys, and so over all partitions, with good calls among them."""
    topics = settings.topics
    await publish(settings.kafka, [opened(topics.accounts, "acme")])
    bad = [refused(topics.usage, b"%d" % (number % keys)) for number in range(FLOOD)]
    calls = [call(topics.usage, "acme", number) for number in range(GOOD)]
    await publish(settings.kafka, [*bad[: FLOOD // 2], *calls, *bad[FLOOD // 2 :]])


@pytest.mark.usefixtures("deck")
async def test_the_worker_stops_with_code_5_and_writes_nothing_of_the_batch_that_passed_the_limit(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    await publish_usage(settings, keys=FLOOD)

    worker = WorkerProcess(settings, tmp_path / "worker.log", **LIMIT)
    await worker.start()
    code = await worker.code()

    assert code == REFUSED_LIMIT, worker.said()
    assert "--accept-refused" in worker.said()
    assert "dead-letters list" in worker.said()
    await prove(pool)
    letters = await pool.fetch(
        "SELECT partition, count(*) AS buried FROM dead_letter GROUP BY partition HAVING count(*) > 100"
    )
    assert letters == []


@pytest.mark.usefixtures("deck")
async def test_the_limit_holds_across_restarts_until_a_person_accepts(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    await publish_usage(settings, keys=FLOOD)
    for number in range(2):
        worker = WorkerProcess(settings, tmp_path / f"{number}.log", **LIMIT)
        await worker.start()
        assert await worker.code() == REFUSED_LIMIT, worker.said()

    log = tmp_path / "accepting.log"
    async with working(settings, log, "-m", "worker", "worker", "--accept-refused", **LIMIT):
        await drained(pool, settings)

    await prove(pool)
    assert (await charged(pool), (await outcomes(pool))["dead_lettered"]) == (GOOD, FLOOD)


@pytest.mark.usefixtures("deck")
async def test_the_flood_of_a_single_tenant_stops_nobody(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    await publish_usage(settings, keys=1)

    async with working(settings, tmp_path / "worker.log", **LIMIT):
        await drained(pool, settings)

    await prove(pool)
    assert (await charged(pool), (await outcomes(pool))["dead_lettered"]) == (GOOD, FLOOD)
