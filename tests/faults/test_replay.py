"""Replay: everything read again from offset 0, by which nothing may change."""

from pathlib import Path
from typing import Final

import pytest

from tests.faults.books import balances, drained, effects, outcomes, prove, prove_requests, published
from tests.faults.published_events import (
    Published,
    auto_recharge,
    call,
    completed,
    credit,
    event,
    opened,
    publish,
)
from tests.faults.worker_process import working
from worker.postgres.transaction import Database
from worker.settings.model import Settings

FROM_THE_START: Final = "UPDATE read_position SET next_offset = 0"


def eventful(settings: Settings) -> list[Published]:
    """Every kind of record: charged, applied, sent twice, in conflict, parked, refused."""
    topics = settings.topics
    good = [call(topics.usage, "acme", number) for number in range(30)]
    other_content = call(topics.usage, "acme", 3, minutes=7)
    return [
        credit(topics.accounts, "acme", "2.00"),
        auto_recharge(topics.accounts, "acme", trigger="1.90", amount="5.00"),
        # Impossible as long as there is no credit limit, and refused for good.
        event(
            topics.accounts,
            "account.auto_recharge_set",
            "impossible",
            {"tenant_id": "globex", "enabled": True, "trigger": "0", "amount": "5", "currency": "USD"},
        ),
        *good,
        good[7],
        other_content,
        call(topics.usage, "acme", 100, to="9991234567"),
        call(topics.usage, "nobody", 1),
        Published(topics.usage, b"acme", b"not JSON"),
        Published(topics.accounts, b"acme", None),
        completed(
            topics.payments,
            {"tenant_id": "acme", "recharge_id": "by-hand", "amount": "1", "currency": "USD"},
        ),
    ]


@pytest.mark.usefixtures("deck")
async def test_a_replay_of_every_topic_changes_nothing(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    """Case 36, and the same for payments and usage; parked records and dead letters stay one each."""
    topics = settings.topics
    async with working(settings, tmp_path / "first.log"):
        openings = [opened(topics.accounts, tenant) for tenant in ("acme", "globex")]
        await publish(settings.kafka, openings)
        await drained(pool, settings)
        await publish(settings.kafka, eventful(settings))
        await drained(pool, settings)
        raised = {"tenant_id": "globex", "credit_limit": "50", "currency": "USD"}
        await publish(settings.kafka, [event(topics.accounts, "account.changed", "limit", raised)])
        await drained(pool, settings)
    before, first = await effects(pool), await outcomes(pool)
    said = [len(await published(settings.kafka, topic)) for topic in topics.written]

    for number in range(2):
        await pool.execute(FROM_THE_START)
        async with working(settings, tmp_path / f"replay-{number}.log"):
            await drained(pool, settings)

    assert await effects(pool) == before
    assert await outcomes(pool) == first | {
        "records": 3 * first["records"],
        "duplicate": first["duplicate"] + 2 * first["records"],
    }
    assert [len(await published(settings.kafka, topic)) for topic in topics.written] == said
    assert (first["charged"], first["parked"], first["dead_lettered"]) == (30, 3, 3)
    assert (await balances(pool))["acme"] == 3_000_000 - 300_000
    await prove(pool)
    await prove_requests(pool, settings)
