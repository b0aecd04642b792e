"""Five thousand hostile records: good ones among them are charged, bad ones kept with a reason."""

from pathlib import Path
from random import Random
from typing import Final

import pytest
from aiokafka import AIOKafkaProducer

from tests.faults.books import balances, drained, outcomes, prove, published
from tests.faults.hostile_records import MARK, Hostile
from tests.faults.published_events import (
    MINUTE_MICROS,
    Published,
    call,
    completed,
    credit,
    opened,
    publish,
)
from tests.faults.worker_process import working
from worker.kafka.connection import client_options
from worker.postgres.transaction import Database
from worker.settings.model import Settings

HOSTILE: Final = 4_500
MUTANTS: Final = 500
GOOD_CALLS: Final = 1_000
GOOD_CREDITS: Final = 50
TENANT: Final = "good"
TOO_LARGE: Final = b'{"x": "' + b"5550199" * 150_000 + b'"}'

BURIED: Final = "SELECT count(*) FROM dead_letter WHERE record_key = $1"
UNEXPLAINED: Final = "SELECT reason, detail FROM dead_letter WHERE detail = '' OR reason = ''"
REASONS: Final = "SELECT DISTINCT reason FROM dead_letter"
# The value is not what was asked for, and the field says where.
PLACELESS: Final = """
    SELECT detail FROM dead_letter
    WHERE reason = 'schema_invalid' AND field = '' AND detail NOT LIKE 'nested deeper than%'
"""
MARKED: Final = """
    SELECT detail FROM dead_letter WHERE detail LIKE $1 OR field LIKE $1
    UNION ALL SELECT detail FROM parked WHERE detail LIKE $1 OR field LIKE $1
"""


@pytest.mark.usefixtures("deck")
async def test_five_thousand_hostile_records_cost_no_neighbour_anything(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    topics = settings.topics
    hostile = Hostile({"usage": topics.usage, "accounts": topics.accounts, "payments": topics.payments}, 5)
    bad = [hostile.next() for _ in range(HOSTILE)]
    mutants = [hostile.mutant() for _ in range(MUTANTS)]
    good = good_ones(settings)
    mixed = [*bad, *mutants, *good]
    Random(5).shuffle(mixed)

    async with working(
        settings, tmp_path / "worker.log", "-m", "worker", "worker", "--accept-refused"
    ) as worker:
        await publish(settings.kafka, [opened(topics.accounts, TENANT)])
        await drained(pool, settings)
        await publish(settings.kafka, mixed)
        await publish_large(settings)
        await drained(pool, settings)
        metrics = await worker.metrics()
        said = worker.said()

    await prove(pool)
    counts = await outcomes(pool)
    assert counts["records"] == len(mixed) + 2
    assert counts["charged"] == GOOD_CALLS
    assert await pool.fetchval(BURIED, b"hostile") == HOSTILE + 1
    assert (await balances(pool))[TENANT] == 2 * GOOD_CREDITS * 1_000_000 - GOOD_CALLS * MINUTE_MICROS
    for question in (UNEXPLAINED, PLACELESS):
        assert [tuple(row) for row in await pool.fetch(question)] == []
    assert {row[0] for row in await pool.fetch(REASONS)} >= {
        "not_json", "not_cloudevent", "batch_mode", "wrong_topic", "schema_invalid", "oversize", "tombstone",
    }  # fmt: skip
    assert await pool.fetch(MARKED, f"%{MARK}%") == []
    assert (MARK in metrics, MARK in said) == (False, False)
    assert len(await published(settings.kafka, topics.dead_letters)) == counts["dead_lettered"]


def good_ones(settings: Settings) -> list[Published]:
    topics = settings.topics
    payment = {"tenant_id": TENANT, "amount": "1.00", "currency": "USD"}
    return [
        *(call(topics.usage, TENANT, number) for number in range(GOOD_CALLS)),
        *(credit(topics.accounts, TENANT, "1.00", f"by hand {number}") for number in range(GOOD_CREDITS)),
        *(
            completed(topics.payments, payment | {"recharge_id": f"r{number}"})
            for number in range(GOOD_CREDITS)
        ),
    ]


async def publish_large(settings: Settings) -> None:
    """Publish more than a mebibyte, squeezed so that every broker takes it."""
    producer = AIOKafkaProducer(
        **client_options(settings.kafka), compression_type="gzip", max_request_size=2**22
    )
    await producer.start()
    try:
        headers = [("content-type", b"application/cloudevents+json")]
        await producer.send_and_wait(settings.topics.usage, TOO_LARGE, key=b"hostile", headers=headers)
    finally:
        await producer.stop()
