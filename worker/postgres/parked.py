"""Parked records: what cannot be charged yet, with its bytes, until it is closed."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from asyncpg import Record

from worker.domain.identity import Identity, park_key
from worker.domain.record import KeptRecord, Origin
from worker.domain.rejection import Rejection
from worker.postgres.transaction import Transaction

KNOWN: Final = """
    SELECT park_id::text AS park_id FROM parked WHERE cell = $1 AND park_id = ANY($2::uuid [])
"""

COLUMNS: Final = (
    "cell", "park_id", "tenant_id", "reason", "field", "detail", "source", "event_id", "event_key",
    "content_hash", "started_s", "generation", "cluster_id", "topic", "partition", "offset", "record_key",
    "header_names", "header_values", "value", "waits_for",
)  # fmt: skip

# Reads the level, not an event: what was parked a moment after somebody looked is found the next time. What
# former versions could not apply at all (`not_yet`) is found once, and has its reason or effect then.
# Locks nothing: the accounts' locks and CLOSE decide between two who release the same row.
RELEASABLE: Final = """
    SELECT
        park_id::text AS park_id, cluster_id, topic, partition, "offset", record_key, header_names,
        header_values, value, extract(epoch FROM parked_at)::bigint AS arrived_s, retry, vouched
    FROM parked
    WHERE
        cell = $1
        AND closed_at IS NULL
        AND (
            retry
            OR reason = 'not_yet'
            OR (
                reason = 'unknown_tenant'
                AND EXISTS (
                    SELECT FROM account WHERE account.cell = $1 AND account.tenant_id = parked.tenant_id
                )
            )
            OR (reason IN ('unrated', 'currency') AND topic = $5 AND generation < $2)
            OR (reason = 'in_future' AND started_s <= $3)
            OR (
                reason = 'unknown_payment'
                AND EXISTS (
                    SELECT FROM account
                    WHERE
                        account.cell = $1
                        AND account.tenant_id = parked.tenant_id
                        AND (
                            (
                                field = 'data.payment_id'
                                AND EXISTS (
                                    SELECT FROM lot
                                    WHERE
                                        lot.cell = $1
                                        AND lot.account_id = account.account_id
                                        AND lot.payment_id = parked.waits_for
                                )
                            )
                            OR (
                                field = 'data.reversal_id'
                                AND EXISTS (
                                    SELECT FROM reversal
                                    WHERE
                                        reversal.cell = $1
                                        AND reversal.account_id = account.account_id
                                        AND reversal.reversal_id = parked.waits_for
                                )
                            )
                        )
                )
            )
        )
    ORDER BY started_s, event_key
    LIMIT $4
"""

CLOSE: Final = """
    UPDATE parked SET closed_at = now(), closed_as = done.closed_as, retry = false
    FROM unnest($2::uuid [], $3::text []) AS done (park_id, closed_as)
    WHERE parked.cell = $1 AND parked.park_id = done.park_id AND parked.closed_at IS NULL
    RETURNING parked.park_id
"""

KEEP: Final = """
    UPDATE parked
    SET reason = kept.reason, field = kept.field, detail = kept.detail, generation = $5, retry = false
    FROM unnest($2::uuid [], $3::text [], $4::text [], $6::text []) AS kept (park_id, reason, detail, field)
    WHERE parked.cell = $1 AND parked.park_id = kept.park_id AND parked.closed_at IS NULL
"""


class ParkedRow(NamedTuple):
    """A record that waits, and why; `waits_for` names the payment or reversal that it is about, if any."""

    identity: Identity
    started_s: int
    rejection: Rejection
    record: KeptRecord
    waits_for: str = ""


class Releasable(NamedTuple):
    """A parked record that may be charged now: by itself, or because a person has asked for it.

    `vouched`: they say that usage of a day that is gone was never charged.
    """

    park_id: str
    record: KeptRecord
    by_hand: bool
    vouched: bool


class ClosedMeanwhileError(Exception):
    """Somebody else charged or discarded a parked record first."""


async def known_parked(tx: Transaction, cell: int, identities: Iterable[Identity]) -> frozenset[str]:
    """Find which of these records were parked before, whatever became of them."""
    rows = await tx.fetch(KNOWN, cell, sorted({park_key(identity) for identity in identities}))
    return frozenset(str(row["park_id"]) for row in rows)


async def park(tx: Transaction, cell: int, generation: int, rows: Sequence[ParkedRow]) -> None:
    """Park records for the first time; `generation` is that of the decks which could not price them."""
    if rows:
        await tx.copy("parked", COLUMNS, [columns_of(cell, generation, row) for row in rows])


def columns_of(cell: int, generation: int, row: ParkedRow) -> tuple[object, ...]:
    """Lay a row out in the order of `COLUMNS`."""
    identity, rejection, record = row.identity, row.rejection, row.record
    return (
        cell, park_key(identity), identity.tenant_id, rejection.reason.value, rejection.field,
        rejection.detail, identity.source, identity.event_id, identity.key, identity.content_hash,
        row.started_s, generation, *record.origin, record.key, [name for name, _ in record.headers],
        [value for _, value in record.headers], record.value, row.waits_for,
    )  # fmt: skip


async def find_releasable(
    tx: Transaction, cell: int, *, generation: int, now_s: int, limit: int, usage_topic: str
) -> list[Releasable]:
    """Find parked records that may be charged now, in the order in which they happened."""
    rows = await tx.fetch(RELEASABLE, cell, generation, now_s, limit, usage_topic)
    return [
        Releasable(str(row["park_id"]), kept_record(row), row["retry"], row["retry"] and row["vouched"])
        for row in rows
    ]


def kept_record(row: Record) -> KeptRecord:
    """Take a record out of a row that stores one."""
    origin = Origin(row["cluster_id"], row["topic"], row["partition"], row["offset"])
    headers = list(zip(row["header_names"], row["header_values"], strict=True))
    return KeptRecord(origin, row["record_key"], headers, row["value"], row["arrived_s"])


async def close_parked(tx: Transaction, cell: int, closed: Sequence[tuple[str, str]]) -> None:
    """Close parked records as `charged`, `applied`, `duplicate` or `discarded`.

    Raises `ClosedMeanwhileError` when somebody else closed one: nothing of this transaction may stay.
    """
    if closed:
        done = await tx.fetch(CLOSE, cell, *map(list, zip(*closed, strict=True)))
        if len(done) < len(closed):
            raise ClosedMeanwhileError("a parked record was closed by somebody else")


async def keep_parked(
    tx: Transaction, cell: int, generation: int, kept: Sequence[tuple[str, Rejection]]
) -> None:
    """Leave records parked, with the reason that holds now."""
    ids = [park_id for park_id, _ in kept]
    reasons = [rejection.reason.value for _, rejection in kept]
    details = [rejection.detail for _, rejection in kept]
    fields = [rejection.field for _, rejection in kept]
    if kept:
        await tx.execute(KEEP, cell, ids, reasons, details, generation, fields)
