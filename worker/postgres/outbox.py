"""The outbox: messages promised in a transaction and published after it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

# The lane of dead letters and replays, beside those of the accounts: they never wait for one another.
SYSTEM_ACCOUNT: Final = 0
SYSTEM_LANE: Final = -1

TAKE_SYSTEM_SEQUENCE: Final = """
    UPDATE cell SET system_sequence = greatest(system_sequence, $3::bigint) + $2::bigint
    WHERE cell = $1
    RETURNING system_sequence - $2::bigint
"""

# From one lane to the next by the index: neither what waits in a lane nor how many there may be counts.
WAITING: Final = """
    WITH RECURSIVE waiting AS (
        SELECT min(lane) AS lane FROM outbox WHERE cell = $1 AND set_aside IS NULL
        UNION ALL
        SELECT (
            SELECT min(outbox.lane) FROM outbox
            WHERE outbox.cell = $1 AND outbox.lane > waiting.lane AND outbox.set_aside IS NULL
        )
        FROM waiting
        WHERE waiting.lane IS NOT NULL
    )
    SELECT lane FROM waiting WHERE lane IS NOT NULL
"""

# In (account, sequence) order: a tenant's messages leave in the order in which they were promised, and no
# lane's backlog keeps another waiting. No row is locked while they are sent; the lease keeps others away.
CLAIM: Final = """
    SELECT first.*
    FROM unnest($2::smallint []) AS leased (lane)
    CROSS JOIN LATERAL (
        SELECT account_id, sequence, topic, record_key, header_names, header_values, value
        FROM outbox
        WHERE outbox.cell = $1 AND outbox.lane = leased.lane AND outbox.set_aside IS NULL
        ORDER BY account_id, sequence
        LIMIT $3
    ) AS first
"""

FORGET: Final = """
    DELETE FROM outbox
    USING unnest($2::integer [], $3::bigint []) AS sent (account_id, sequence)
    WHERE outbox.cell = $1 AND outbox.account_id = sent.account_id AND outbox.sequence = sent.sequence
"""

SET_ASIDE: Final = """
    UPDATE outbox SET set_aside = $4 WHERE cell = $1 AND account_id = $2 AND sequence = $3
"""

BACKLOG: Final = """
    SELECT
        count(*) FILTER (WHERE set_aside IS NULL) AS messages,
        coalesce(
            extract(epoch FROM now() - min(enqueued_at) FILTER (WHERE set_aside IS NULL)), 0
        )::float8 AS oldest_s,
        count(*) FILTER (WHERE set_aside IS NOT NULL) AS set_aside
    FROM outbox
    WHERE cell = $1
"""

COLUMNS: Final = (
    "cell", "account_id", "sequence", "lane", "topic", "record_key", "header_names", "header_values", "value",
)  # fmt: skip


class Promise(NamedTuple):
    """One message on its way, as bytes; `account_id` 0 is the cell itself."""

    account_id: int
    sequence: int
    topic: str
    record_key: bytes | None
    header_names: list[str]
    header_values: list[bytes]
    value: bytes | None


class Backlog(NamedTuple):
    """How many promises wait, the age of the oldest in seconds, and how many beside them were set aside."""

    messages: int
    oldest_s: float
    set_aside: int


async def enqueue(tx: Transaction, cell: int, promises: Sequence[Promise], lanes: int) -> None:
    """Promise messages as part of this transaction; accounts share so many lanes."""
    if promises:
        await tx.copy("outbox", COLUMNS, [_row(cell, promise, lanes) for promise in promises])


def _row(cell: int, promise: Promise, lanes: int) -> tuple[object, ...]:
    is_system = promise.account_id == SYSTEM_ACCOUNT
    lane = SYSTEM_LANE if is_system else promise.account_id % lanes
    return (cell, promise.account_id, promise.sequence, lane, *promise[2:])


async def take_system_sequence(tx: Transaction, cell: int, count: int, now_us: int) -> int:
    """Take `count` rising numbers for messages of the cell itself; return the last one before them."""
    row = await tx.fetchrow(TAKE_SYSTEM_SEQUENCE, cell, count, now_us)
    assert row is not None, "every cell has its row since the migration"
    return int(row[0])


async def waiting_lanes(tx: Transaction, cell: int) -> list[int]:
    """Name the lanes that hold a promise."""
    return [int(row["lane"]) for row in await tx.fetch(WAITING, cell)]


async def claim(tx: Transaction, cell: int, lanes: Sequence[int], limit: int) -> list[Promise]:
    """Read the oldest promises of leased lanes, so many of each, in order."""
    return [Promise._make(row) for row in await tx.fetch(CLAIM, cell, lanes, limit)]


async def forget(tx: Transaction, cell: int, sent: Sequence[Promise]) -> None:
    """Delete promises that the broker has acknowledged."""
    accounts, sequences = [one.account_id for one in sent], [one.sequence for one in sent]
    await tx.execute(FORGET, cell, accounts, sequences)


async def set_aside(tx: Transaction, cell: int, refused: Promise, why: str) -> None:
    """Keep a promise that the broker refuses for good, out of its lane's way."""
    await tx.execute(SET_ASIDE, cell, refused.account_id, refused.sequence, why)


async def backlog(tx: Transaction, cell: int) -> Backlog:
    """Measure what still waits."""
    row = await tx.fetchrow(BACKLOG, cell)
    return Backlog._make(row) if row else Backlog(0, 0.0, 0)
