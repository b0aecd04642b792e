"""Charging a batch: positions, accounts, ledger, outbox and refusals become true together or not at all."""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final, TypeVar

from worker.codec.decode import ReadRecord
from worker.domain.decide import Decoded, deciding
from worker.domain.draft import Draft, Outcome
from worker.domain.facts import Facts, Wanted
from worker.domain.record import KeptRecord, Origin
from worker.domain.rejection import Rejection
from worker.postgres.dead_letters import DeadLetter
from worker.postgres.positions import Advance, Partition, Position, advance_positions, hold_positions
from worker.postgres.transaction import Transaction, transaction
from worker.transactions.gather import gather, more
from worker.transactions.office import Office
from worker.transactions.prepare import Prepared
from worker.transactions.record_decision import (
    Outcomes,
    bury_refused,
    park_refused,
    record_decision,
)
from worker.transactions.record_revisions import record_pending

WHERE: Final = attrgetter("topic", "partition")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Batch:
    """Records, how many of each partition, and where those stand now and where they stand after."""

    prepared: Prepared
    counts: Mapping[Partition, int]
    held: Mapping[Partition, Position]
    next_offsets: Mapping[Partition, int]


@dataclass(frozen=True, slots=True)
class Charged:
    """What became of a batch, once it is true."""

    outcomes: Outcomes
    draft: Draft
    letters: Sequence[DeadLetter]


async def charge_batch(
    batch: Batch,
    office: Office,
    now_us: int,
    *,
    careful: bool,
    check: Callable[[Batch, Outcomes], None],
    unread_s: int = 0,
) -> Charged:
    """Charge a batch or nothing of it; safe to repeat with the same records.

    `unread_s` is how old records of other partitions may be that wait unread. `check` sees the outcomes
    before anything is written and may raise to write nothing. Raises `PositionMovedError` when another worker
    was here, and what the database raises.
    """
    records = batch.prepared.records

    def keep(index: int) -> KeptRecord:
        return kept(records[index], office.cluster_id)

    async with transaction(office.pool) as tx:
        await hold_positions(tx, office.cell, batch.held)
        facts = await gather(tx, batch.prepared, office, now_us, careful=careful)
        draft = await decided(tx, batch.prepared.decoded, behind(facts, records, unread_s))
        outcomes = draft.outcomes
        check(batch, outcomes)
        await record_decision(tx, draft, office)
        await record_pending(tx, batch.prepared.decoded, draft, keep, office, now_us)
        await park_refused(tx, batch.prepared.decoded, draft, keep, office)
        letters = await bury_refused(tx, outcomes, keep, office, now_us)
        await advance_positions(tx, office.cell, advances(batch, outcomes))
    return Charged(outcomes, draft, letters)


async def decided(tx: Transaction, decoded: Sequence[Decoded], facts: Facts) -> Draft:
    """Decide, reading what is found missing until nothing is."""
    while isinstance(decision := await step_by_step(deciding(decoded, facts)), Wanted):
        facts = await more(tx, facts, decision)
    return decision


async def step_by_step(steps: Generator[None, None, T]) -> T:
    """Take steps with a look at the event loop between two of them: the group waits for its heartbeat."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        await asyncio.sleep(0)


def behind(facts: Facts, records: Sequence[ReadRecord], unread_s: int) -> Facts:
    """Say how old these records are, where a request waits for an answer: others as old may be unread."""
    if not facts.recharges or not records:
        return facts
    oldest_s = min(record.timestamp for record in records) // 1000
    return replace(facts, unread_s=max(unread_s, facts.now_s - oldest_s))


def kept(record: ReadRecord, cluster_id: str) -> KeptRecord:
    """Keep a record as it was read; a NUL in a header's name, which Postgres refuses, becomes U+FFFD."""
    origin = Origin(cluster_id, record.topic, record.partition, record.offset)
    headers = [(name.replace("\x00", "\ufffd"), value) for name, value in record.headers]
    return KeptRecord(origin, record.key, headers, record.value, record.timestamp // 1000)


def by_partition(records: Sequence[ReadRecord]) -> Mapping[Partition, int]:
    """Count the records of each partition."""
    return Counter(map(WHERE, records))


def advances(batch: Batch, outcomes: Outcomes) -> list[Advance]:
    """Count what became of each partition's records."""
    records = batch.prepared.records
    # Charged, until found among those that were not.
    counts = {partition: [batch.counts[partition], 0, 0, 0, 0] for partition in batch.held}
    for index, outcome in outcomes.items():
        count = counts[WHERE(records[index])]
        count[0] -= 1
        count[column(outcome)] += 1
    return [
        Advance(topic, partition, batch.next_offsets[topic, partition], *count)
        for (topic, partition), count in sorted(counts.items())
    ]


def column(outcome: Outcome | Rejection) -> int:
    """Give the place of an outcome among the counters of `Advance`."""
    if isinstance(outcome, Rejection):
        return 4 if outcome.dead else 3
    return (Outcome.CHARGED, Outcome.APPLIED, Outcome.DUPLICATE).index(outcome)
