"""The books: what must hold after any fault, asked of Postgres and of Kafka itself."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from worker.kafka.bounds import log_bounds
from worker.kafka.connection import client_options
from worker.postgres.transaction import Database
from worker.settings.model import Settings
from worker.settings.servers import Kafka

DRAINED_WITHIN_S: Final = 60

POSITIONS: Final = "SELECT topic, partition, next_offset FROM read_position"
# Usage that came before its account's opening is released by the next sweep.
WAITING: Final = """
    SELECT
        EXISTS (SELECT FROM outbox)
        OR EXISTS (
            SELECT FROM parked INNER JOIN account USING (cell, tenant_id)
            WHERE closed_at IS NULL AND reason = 'unknown_tenant'
        )
"""
CHARGED: Final = "SELECT count(*) FROM ledger_entry WHERE kind IN (1, 2)"
# The database's clock sets the pace of asking: a test itself never sleeps.
A_MOMENT: Final = "SELECT pg_sleep(0.05)"

UNBALANCED: Final = """
    SELECT account.tenant_id, account.balance_micros, coalesce(booked.micros, 0) AS booked
    FROM account
    LEFT JOIN (
        SELECT cell, account_id, sum(amount_micros) AS micros FROM ledger_entry GROUP BY cell, account_id
    ) AS booked USING (cell, account_id)
    WHERE account.balance_micros <> coalesce(booked.micros, 0)
"""
CHARGED_TWICE: Final = """
    SELECT event_key FROM ledger_entry WHERE source_number <> 0
    GROUP BY cell, source_number, account_id, event_key HAVING count(*) > 1
"""
SEVERAL_OPEN: Final = """
    SELECT account_id FROM recharge WHERE reason = 'trigger' AND state IN ('open', 'pending')
    GROUP BY cell, account_id HAVING count(*) > 1
"""
# Below its trigger an account has asked; at or above it, asking is over once the request is answered.
UNASKED: Final = """
    SELECT tenant_id FROM account
    WHERE recharge_enabled AND balance_micros < trigger_micros AND open_recharge_id = ''
"""
OUTCOMES: Final = """
    SELECT
        coalesce(sum(records), 0) AS records, coalesce(sum(charged), 0) AS charged,
        coalesce(sum(applied), 0) AS applied, coalesce(sum(duplicate), 0) AS duplicate,
        coalesce(sum(parked), 0) AS parked, coalesce(sum(dead_lettered), 0) AS dead_lettered
    FROM read_position
"""
REQUESTS: Final = "SELECT recharge_id FROM recharge WHERE reason = 'trigger'"
BALANCES: Final = "SELECT tenant_id, balance_micros FROM account ORDER BY tenant_id"
EFFECTS: Final = """
    SELECT
        (SELECT count(*) FROM ledger_entry) AS entries,
        (SELECT count(*) FROM entry_line) AS lines,
        (SELECT count(*) FROM lot) AS lots,
        (SELECT count(*) FROM recharge) AS requests,
        (SELECT count(*) FROM account_event) AS events,
        (SELECT count(*) FROM parked) AS parked,
        (SELECT count(*) FROM dead_letter) AS dead_letters,
        (SELECT md5(string_agg(account::text, ' ' ORDER BY account_id)) FROM account) AS accounts
"""


async def drained(pool: Database, settings: Settings) -> None:
    """Wait until all that was published is decided, and nothing waits that can be published or released."""
    bounds = await ends(settings)
    async with asyncio.timeout(DRAINED_WITHIN_S):
        while await behind(pool, bounds):
            await pool.execute(A_MOMENT)


async def ends(settings: Settings) -> dict[tuple[str, int], int]:
    """Where the log of each partition ends that the worker reads."""
    wanted = await partitions(settings.kafka, settings.topics.read)
    return {one: end for one, (_, end) in (await log_bounds(settings.kafka, wanted)).items()}


async def behind(pool: Database, bounds: dict[tuple[str, int], int]) -> bool:
    stands = {(row["topic"], row["partition"]): row["next_offset"] for row in await pool.fetch(POSITIONS)}
    unread = any(stands.get(one, 0) < end for one, end in bounds.items())
    return unread or bool(await pool.fetchval(WAITING))


async def partitions(kafka: Kafka, topics: Sequence[str]) -> list[tuple[str, int]]:
    client = AIOKafkaConsumer(*topics, **client_options(kafka))
    await client.start()
    try:
        return [(topic, number) for topic in topics for number in sorted(client.partitions_for_topic(topic))]
    finally:
        await client.stop()


async def prove(pool: Database) -> None:
    """Prove conservation, one charge a call, one open request at most, and one outcome a record."""
    for question in (UNBALANCED, CHARGED_TWICE, SEVERAL_OPEN, UNASKED):
        assert [tuple(row) for row in await pool.fetch(question)] == [], question
    counts = dict(await outcomes(pool))
    assert counts.pop("records") == sum(counts.values())
    assert counts["parked"] == await pool.fetchval("SELECT count(*) FROM parked")
    assert counts["dead_lettered"] == await pool.fetchval("SELECT count(*) FROM dead_letter")


async def prove_requests(pool: Database, settings: Settings) -> None:
    """Every request in the database was published under its own id, and no other was."""
    asked = Counter(request["recharge_id"] for request in await requests(settings))
    stored = [row["recharge_id"] for row in await pool.fetch(REQUESTS)]
    assert sorted(asked) == sorted(stored)


async def outcomes(pool: Database) -> dict[str, int]:
    (row,) = await pool.fetch(OUTCOMES)
    return {name: int(value) for name, value in row.items()}


async def charged(pool: Database) -> int:
    """Count the calls and conferences in the ledger."""
    return int(await pool.fetchval(CHARGED))


async def balances(pool: Database) -> dict[str, int]:
    return {row["tenant_id"]: row["balance_micros"] for row in await pool.fetch(BALANCES)}


async def effects(pool: Database) -> dict[str, Any]:
    """Give everything that a replay must leave as it is, in numbers."""
    (row,) = await pool.fetch(EFFECTS)
    return dict(row)


async def requests(settings: Settings) -> list[dict[str, Any]]:
    """Read the published requests for money, repeated ones as often as they came."""
    events = [json.loads(value) for value in await published(settings.kafka, settings.topics.recharges)]
    return [one["data"] for one in events if one["type"] == "talktime.recharge.requested.v1"]


async def published(kafka: Kafka, topic: str) -> list[bytes]:
    """Read a topic from its start to where it ends now."""
    bounds = await log_bounds(kafka, await partitions(kafka, [topic]))
    reader = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="earliest")
    await reader.start()
    try:
        ends = {TopicPartition(*one): end for one, (_, end) in bounds.items()}
        reader.assign(list(ends))
        values: list[bytes] = []
        async with asyncio.timeout(DRAINED_WITHIN_S):
            while any([await reader.position(one) < end for one, end in ends.items()]):
                for records in (await reader.getmany(timeout_ms=200)).values():
                    values.extend(record.value for record in records)
        return values
    finally:
        await reader.stop()
