"""A COPY that the server refuses in words of its own: distributed engines do not say 23505."""

from pathlib import Path
from typing import Final

import pytest

from tests.faults.books import balances, drained, outcomes, prove
from tests.faults.published_events import MINUTE_MICROS, call, credit, opened, publish
from tests.faults.worker_process import working
from worker.postgres.transaction import Database
from worker.settings.model import Settings

# As a node answers for another one: the key is known, and the error is nobody's class.
REFUSE: Final = """
    CREATE FUNCTION refuse_known() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM ledger_entry WHERE event_key = new.event_key) THEN
            RAISE EXCEPTION 'a shard refused' USING ERRCODE = 'XX000';
        END IF;
        RETURN new;
    END
    $$;

    CREATE TRIGGER refuse_known BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_known();
"""


@pytest.mark.usefixtures("deck")
async def test_a_copy_refused_with_an_internal_error_goes_the_careful_way(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    topics = settings.topics
    known = [call(topics.usage, "acme", number) for number in range(10)]
    fresh = [call(topics.usage, "acme", number) for number in range(10, 20)]
    await pool.execute(REFUSE)

    async with working(settings, tmp_path / "worker.log") as worker:
        await publish(
            settings.kafka, [opened(topics.accounts, "acme"), credit(topics.accounts, "acme", "1.00")]
        )
        await drained(pool, settings)
        await publish(settings.kafka, known)
        await drained(pool, settings)
        await publish(settings.kafka, [*known, *fresh])
        await drained(pool, settings)
        metrics = await worker.metrics()

    await prove(pool)
    counts = await outcomes(pool)
    assert (counts["charged"], counts["duplicate"], counts["dead_lettered"]) == (20, 10, 0)
    assert await balances(pool) == {"acme": 1_000_000 - 20 * MINUTE_MICROS}
    assert "talktime_careful_batches_total 0.0" not in metrics
