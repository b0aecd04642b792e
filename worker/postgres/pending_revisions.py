"""Pending revisions: voids and corrections whose usage has not come, each with its record."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from worker.domain.chain import ChainKey
from worker.domain.record import KeptRecord
from worker.postgres.parked import kept_record
from worker.postgres.transaction import Transaction

# What is kept here is not among the account's events: until it takes effect it is known by this row.
KNOWN: Final = """
    SELECT kept.account_id, kept.revision_key::text AS revision_key, kept.content_hash
    FROM unnest($2::integer [], $3::uuid []) AS wanted (account_id, revision_key)
    INNER JOIN pending_revision AS kept
        ON
            kept.cell = $1
            AND kept.account_id = wanted.account_id
            AND kept.revision_key = wanted.revision_key
"""

# Only of accounts that are flagged, and locked: what is found here waits for exactly this usage.
OF_USAGE: Final = """
    SELECT
        kept.account_id, kept.source_number, kept.event_key::text AS event_key, kept.day,
        kept.cluster_id, kept.topic, kept.partition, kept."offset", kept.record_key, kept.header_names,
        kept.header_values, kept.value, kept.arrived_s
    FROM unnest($2::smallint [], $3::integer [], $4::uuid [], $5::date []) AS usage (
        source_number, account_id, event_key, day
    )
    INNER JOIN pending_revision AS kept
        ON
            kept.cell = $1
            AND kept.account_id = usage.account_id
            AND kept.source_number = usage.source_number
            AND kept.event_key = usage.event_key
            AND kept.day = usage.day
    ORDER BY kept.account_id, kept.kept_us, kept.revision_key
"""

COUNT: Final = """
    SELECT account_id, count(*) AS pending FROM pending_revision
    WHERE cell = $1 AND account_id = ANY($2::integer [])
    GROUP BY account_id
"""

COLUMNS: Final = (
    "cell", "account_id", "revision_key", "content_hash", "source_number", "event_key", "day", "kept_us",
    "cluster_id", "topic", "partition", "offset", "record_key", "header_names", "header_values", "value",
    "arrived_s",
)  # fmt: skip

FORGET: Final = """
    DELETE FROM pending_revision AS kept
    USING unnest($2::integer [], $3::uuid []) AS met (account_id, revision_key)
    WHERE
        kept.cell = $1 AND kept.account_id = met.account_id AND kept.revision_key = met.revision_key
"""


# Of days that are gone, whose usage cannot come any more. From now on its identity is known like any other's.
OUTLIVE: Final = """
    WITH gone AS (
        DELETE FROM pending_revision
        WHERE (cell, account_id, revision_key) IN (
            SELECT cell, account_id, revision_key FROM pending_revision
            WHERE cell = $1 AND day < $2
            LIMIT $3
            FOR UPDATE SKIP LOCKED
        )
        RETURNING cell, account_id, revision_key, content_hash
    )
    INSERT INTO account_event (cell, account_id, event_key, content_hash)
    SELECT cell, account_id, revision_key, content_hash FROM gone
"""


class KeptRevision(NamedTuple):
    """A void or correction to keep: its own identity, the usage it waits for, and its record."""

    revision_key: str
    content_hash: int
    usage: ChainKey
    kept_us: int
    record: KeptRecord


async def known_pending(
    tx: Transaction, cell: int, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """Find which revisions are kept already, with their content hashes."""
    accounts, keys = [key[0] for key in wanted], [key[1] for key in wanted]
    rows = await tx.fetch(KNOWN, cell, accounts, keys)
    return {(int(row["account_id"]), str(row["revision_key"])): int(row["content_hash"]) for row in rows}


async def pending_of(
    tx: Transaction, cell: int, usages: Iterable[ChainKey]
) -> list[tuple[ChainKey, KeptRecord]]:
    """Read what waits for these usages, in the order in which it came."""
    keys = list(usages)
    rows = await tx.fetch(
        OF_USAGE,
        cell,
        [key.source_number for key in keys],
        [key.account_id for key in keys],
        [key.event_key for key in keys],
        [key.day for key in keys],
    )
    return [
        (
            ChainKey(row["day"], row["source_number"], row["account_id"], row["event_key"]),
            kept_record(row),
        )
        for row in rows
    ]


async def count_pending(tx: Transaction, cell: int, account_ids: Iterable[int]) -> dict[int, int]:
    """Count what accounts wait with, for whatever usage."""
    rows = await tx.fetch(COUNT, cell, sorted(account_ids))
    return {int(row["account_id"]): int(row["pending"]) for row in rows}


async def keep_revisions(tx: Transaction, cell: int, kept: Iterable[KeptRevision]) -> None:
    """Keep revisions until their usage comes."""
    rows = [
        (
            cell, one.usage.account_id, one.revision_key, one.content_hash, one.usage.source_number,
            one.usage.event_key, one.usage.day, one.kept_us, *one.record.origin, one.record.key,
            [name for name, _ in one.record.headers], [value for _, value in one.record.headers],
            one.record.value, one.record.arrived_s,
        )
        for one in kept
    ]  # fmt: skip
    if rows:
        await tx.copy("pending_revision", COLUMNS, rows)


async def forget_revisions(tx: Transaction, cell: int, met: Sequence[tuple[int, str]]) -> None:
    """Let go of revisions whose usage has come."""
    if met:
        await tx.execute(FORGET, cell, *map(list, zip(*sorted(met), strict=True)))


async def outlive_revisions(tx: Transaction, cell: int, before: date, limit: int) -> int:
    """Let go of revisions of usage that never came, on days before this one; return how many."""
    return int((await tx.execute(OUTLIVE, cell, before, limit)).split()[-1])
