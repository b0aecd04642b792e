"""The ledger: entries are appended by COPY; which ones exist is asked only when a COPY was refused."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from worker.domain.entry import Entry, EntryText, Line
from worker.domain.usage import Usage
from worker.postgres.transaction import Transaction

# Day by day with `day = $2`, so that one partition's unique index answers. Key by key: joined freely, the
# thousands of a batch would have the whole day read and hashed.
KNOWN: Final = """
    SELECT entry.source_number, entry.account_id, entry.event_key::text AS event_key, entry.content_hash
    FROM unnest($3::smallint [], $4::integer [], $5::uuid []) AS wanted (source_number, account_id, event_key)
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_entry AS found
        WHERE
            found.cell = $1
            AND found.day = $2
            AND found.source_number = wanted.source_number
            AND found.account_id = wanted.account_id
            AND found.event_key = wanted.event_key
        LIMIT 1
    ) AS entry
"""

MAKE_DAYS: Final = "SELECT make_ledger_days($1::integer, $2::integer)"

DAYS_AHEAD: Final = """
    SELECT count(*) FROM ledger_day
    WHERE state = 'open' AND day > (now() AT TIME ZONE 'UTC')::date
"""


async def append_entries(
    tx: Transaction, entries: Sequence[Entry], lines: Sequence[Line], texts: Sequence[EntryText]
) -> None:
    """Append to the ledger; an entry that exists already makes the database refuse all of them."""
    if entries:
        await tx.copy("ledger_entry", Entry._fields, entries)
    if lines:
        await tx.copy("entry_line", Line._fields, lines)
    if texts:
        await tx.copy("entry_text", EntryText._fields, texts)


async def known_usage(
    tx: Transaction, cell: int, usages: Iterable[tuple[date, Usage]], account_ids: Mapping[str, int]
) -> dict[tuple[int, int, str], int]:
    """Find which usage is in its day already; return content hashes by (source, account, key)."""
    by_day: dict[date, list[tuple[int, int, str]]] = {}
    for day, usage in usages:
        if usage.tenant_id in account_ids:
            key = (usage.source_number, account_ids[usage.tenant_id], usage.key)
            by_day.setdefault(day, []).append(key)
    known = {}
    for day, keys in sorted(by_day.items()):
        for row in await tx.fetch(KNOWN, cell, day, *map(list, zip(*keys, strict=True))):
            found = (int(row["source_number"]), int(row["account_id"]), str(row["event_key"]))
            known[found] = int(row["content_hash"])
    return known


async def make_days(tx: Transaction, open_days: int, ahead: int) -> int:
    """Make the missing days, from the oldest open one to so many ahead; return how many."""
    row = await tx.fetchrow(MAKE_DAYS, open_days, ahead)
    return int(row[0]) if row else 0


async def days_ahead(tx: Transaction) -> int:
    """Count the days that are ready beyond today."""
    row = await tx.fetchrow(DAYS_AHEAD)
    return int(row[0]) if row else 0
