"""Chains: a usage's entry and its revisions, found by keys that follow from the usage's own."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from worker.domain.chain import Booked, ChainKey, chain_key, in_order, join, revision_key
from worker.domain.entry import Entry, EntryText, Line
from worker.postgres.transaction import Transaction

# Revisions are looked for so many at a time; hardly any usage has more.
AT_A_TIME: Final = 4

# Day by day with `day = $2`, so that one partition's unique index answers; and key by key (LIMIT and OFFSET
# see to it), or many of them would have the whole day read. In the order of `Entry`.
ENTRIES: Final = """
    SELECT
        entry.started_s, entry.booked_s, entry.amount_micros, entry.number, entry.content_hash,
        entry.event_key::text AS event_key, entry.account_id, entry.duration_s, entry.bundle_s,
        entry.version_id, entry.lot_number, entry.user_number, entry.day, entry.cell, entry.source_number,
        entry.kind, entry.prefix_length, entry.number_shape, entry.codes
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

# In the order of `Line`.
LINES: Final = """
    SELECT
        line.started_s, line.amount_micros, line.number, line.event_key::text AS event_key, line.account_id,
        line.duration_s, line.bundle_s, line.version_id, line.lot_number, line.day, line.cell,
        line.source_number, line.line, line.part, line.prefix_length, line.number_shape, line.codes,
        line.leg_id, line.origin, line.allowance
    FROM unnest($3::smallint [], $4::integer [], $5::uuid []) AS wanted (source_number, account_id, event_key)
    CROSS JOIN LATERAL (
        SELECT * FROM entry_line AS found
        WHERE
            found.cell = $1
            AND found.day = $2
            AND found.account_id = wanted.account_id
            AND found.event_key = wanted.event_key
            AND found.source_number = wanted.source_number
        OFFSET 0
    ) AS line
"""

# In the order of `EntryText`.
TEXTS: Final = """
    SELECT
        said.cell, said.account_id, said.source_number, said.event_key::text AS event_key, said.day,
        said.source, said.event_id, said.call_id, said.origin, said.allowance
    FROM unnest($3::smallint [], $4::integer [], $5::uuid []) AS wanted (source_number, account_id, event_key)
    CROSS JOIN LATERAL (
        SELECT * FROM entry_text AS found
        WHERE
            found.cell = $1
            AND found.day = $2
            AND found.account_id = wanted.account_id
            AND found.event_key = wanted.event_key
            AND found.source_number = wanted.source_number
        OFFSET 0
    ) AS said
"""


async def read_chains(
    tx: Transaction, cell: int, wanted: Iterable[ChainKey]
) -> dict[ChainKey, tuple[Booked, ...]]:
    """Read whole chains of locked accounts; a usage that was never charged has none."""
    by_day: dict[date, list[ChainKey]] = {}
    for key in sorted(set(wanted)):
        by_day.setdefault(key.day, []).append(key)
    chains: dict[ChainKey, tuple[Booked, ...]] = {}
    for day, keys in by_day.items():
        chains.update(await chains_of_day(tx, cell, day, keys))
    return chains


async def chains_of_day(
    tx: Transaction, cell: int, day: date, keys: Sequence[ChainKey]
) -> dict[ChainKey, tuple[Booked, ...]]:
    """Read the chains of one day, a few revisions at once, for as long as the last of them exists."""
    found: dict[ChainKey, Entry] = {}
    asking = list(keys)
    numbers = range(AT_A_TIME + 1)
    while asking:
        asked = [
            key._replace(event_key=revision_key(key.event_key, one)) for key in asking for one in numbers
        ]
        for row in await tx.fetch(ENTRIES, cell, day, *columns(asked)):
            entry = Entry._make(row)
            found[chain_key(entry)] = entry
        last = numbers[-1]
        asking = [key for key in asking if key._replace(event_key=revision_key(key.event_key, last)) in found]
        numbers = range(last + 1, last + 1 + AT_A_TIME)
    booked = {
        chain_key(one.entry): one
        for one in join(
            found.values(),
            [Line._make(row) for row in await tx.fetch(LINES, cell, day, *columns(found))],
            [EntryText._make(row) for row in await tx.fetch(TEXTS, cell, day, *columns(found))],
        )
    }
    return {key: tuple(in_order(key, booked)) for key in keys if key in booked}


def columns(keys: Iterable[ChainKey]) -> tuple[list[int], list[int], list[str]]:
    """Lay keys of one day out as columns."""
    listed = list(keys)
    return (
        [key.source_number for key in listed],
        [key.account_id for key in listed],
        [key.event_key for key in listed],
    )
