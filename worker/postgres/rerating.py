"""What re-rating looks at: accounts of a deck, and the charges of a time, found slice by slice."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from worker.domain.chain import ChainKey
from worker.domain.entry import USAGE_CONFERENCE
from worker.domain.identity import hashed_key
from worker.postgres.transaction import Transaction

ROWS_A_PAGE: Final = 5_000

ACCOUNTS: Final = """
    SELECT account_id, tenant_id FROM account
    WHERE cell = $1 AND account_id > $2 AND rate_deck = $3 AND ($4::text IS NULL OR tenant_id = $4)
    ORDER BY account_id
    LIMIT $5
"""

# Days whose usage may still be revised, and whose numbers are whole.
DAYS: Final = "SELECT day FROM ledger_day WHERE state = 'open' ORDER BY day"

# Along the unique key of one day, source by source, so that a page reads nothing twice.
CHARGES: Final = """
    SELECT account_id, event_key::text AS event_key, kind, started_s, version_id
    FROM ledger_entry
    WHERE
        cell = $1 AND day = $2 AND source_number = $3
        AND (account_id, event_key) > ($4::integer, $5::uuid)
        AND account_id <= $6
        AND account_id = ANY($7::integer [])
        AND kind IN (1, 2)
        AND started_s >= $8 AND started_s < $9
    ORDER BY account_id, event_key
    LIMIT $10
"""

# What was corrected or re-rated before. A correction may have moved a call to another time than the day it
# stands in, so every open day is asked; the texts of a revision name the usage that it revises.
REVISED: Final = """
    SELECT
        entry.source_number, entry.account_id, entry.day, said.source, said.event_id, entry.booked_s,
        entry.started_s, entry.version_id, entry.kind IN (5, 7) AS is_conference
    FROM ledger_entry AS entry
    INNER JOIN entry_text AS said
        ON
            said.cell = $1 AND said.day = $2
            AND said.account_id = entry.account_id
            AND said.event_key = entry.event_key
            AND said.source_number = entry.source_number
    WHERE
        entry.cell = $1 AND entry.day = $2 AND entry.source_number = ANY($3::smallint [])
        AND entry.account_id BETWEEN $4 AND $5
        AND entry.account_id = ANY($6::integer [])
        AND entry.kind IN (4, 5, 6, 7)
        AND entry.started_s >= $7 AND entry.started_s < $8
"""


class Charge(NamedTuple):
    """A charge of a usage, and the version that priced it; a conference's legs may have others."""

    key: ChainKey
    started_s: int
    version_id: int
    is_conference: bool


class Stretch(NamedTuple):
    """Accounts, in order, and the times at which their calls started: from..to, excluded."""

    account_ids: Sequence[int]
    from_s: int
    to_s: int


class Place(NamedTuple):
    """After which charge a page begins."""

    account_id: int
    event_key: str


# Before every charge.
FIRST: Final = Place(0, "00000000-0000-0000-0000-000000000000")


async def accounts_of_deck(
    tx: Transaction, cell: int, after_id: int, deck: str, tenant_id: str | None, limit: int
) -> dict[str, int]:
    """Find the accounts that follow one and have a deck: tenants and numbers, in order."""
    rows = await tx.fetch(ACCOUNTS, cell, after_id, deck, tenant_id, limit)
    return {str(row["tenant_id"]): int(row["account_id"]) for row in rows}


async def days_to_revise(tx: Transaction) -> list[date]:
    """List the days whose usage may be charged again."""
    return [row["day"] for row in await tx.fetch(DAYS)]


async def first_charges(
    tx: Transaction, cell: int, day: date, source: int, stretch: Stretch, after: Place
) -> list[Charge]:
    """Read the next page of the first charges of a day's usage; one that is not full is the last."""
    ids = stretch.account_ids
    rows = await tx.fetch(
        CHARGES, cell, day, source, *after, ids[-1], ids, stretch.from_s, stretch.to_s, ROWS_A_PAGE
    )
    return [
        Charge(
            ChainKey(day, source, row["account_id"], row["event_key"]),
            row["started_s"],
            row["version_id"],
            row["kind"] == USAGE_CONFERENCE,
        )
        for row in rows
    ]


async def charged_again(
    tx: Transaction, cell: int, day: date, sources: Sequence[int], stretch: Stretch
) -> dict[ChainKey, list[Charge]]:
    """Find the usage of a day that was charged again, by a correction or a re-rating; its last such charges.

    Of those that were booked in the same second nobody can tell here which was the last.
    """
    ids = stretch.account_ids
    rows = await tx.fetch(REVISED, cell, day, sources, ids[0], ids[-1], ids, stretch.from_s, stretch.to_s)
    booked: dict[ChainKey, int] = {}
    last: dict[ChainKey, list[Charge]] = {}
    for row in rows:
        source, event_id = row["source_number"], row["event_id"]
        own_key = event_id if source else hashed_key(row["source"], event_id)
        key = ChainKey(row["day"], source, row["account_id"], own_key)
        if row["booked_s"] > booked.get(key, -1):
            booked[key], last[key] = row["booked_s"], []
        if row["booked_s"] == booked[key]:
            last[key].append(Charge(key, row["started_s"], row["version_id"], row["is_conference"]))
    return last
