"""The audit's identities: the same usage on two open days, which no unique key can see."""

from collections.abc import Collection
from typing import Final, NamedTuple

from asyncpg import Record

from worker.postgres.transaction import Transaction

# Reads nothing but the unique keys of the open days, each already in order.
PAGE: Final = """
    SELECT source_number, account_id, event_key::text AS event_key, place, repeated
    FROM repeated_identities($1::smallint, $2::smallint, $3::integer, $4::uuid, $5::integer)
    ORDER BY place
"""

# Which of them are usage, and on which days: what else an account books is known for ever by its event.
CHARGED_AGAIN: Final = """
    SELECT
        account.tenant_id, entry.event_key::text AS event_key, array_agg(entry.day ORDER BY entry.day) AS days
    FROM unnest($2::smallint [], $3::integer [], $4::uuid []) AS wanted (source_number, account_id, event_key)
    INNER JOIN ledger_entry AS entry
        ON
            entry.cell = $1
            AND entry.source_number = wanted.source_number
            AND entry.account_id = wanted.account_id
            AND entry.event_key = wanted.event_key
    INNER JOIN account ON account.cell = $1 AND entry.account_id = account.account_id
    WHERE
        entry.kind IN (1, 2)
        AND entry.day >= (SELECT min(day) FROM ledger_day WHERE state = 'open')
    GROUP BY account.tenant_id, entry.source_number, entry.event_key
    HAVING count(*) > 1
    ORDER BY account.tenant_id, entry.event_key
"""


class Identity(NamedTuple):
    """Where an entry stands in the order of the unique keys."""

    source_number: int = 0
    account_id: int = 0
    event_key: str = "00000000-0000-0000-0000-000000000000"


class Page(NamedTuple):
    """How many entries were looked at, which was the last, and which identities stand on two days."""

    examined: int
    last: Identity
    repeated: frozenset[Identity]


async def page_of_identities(tx: Transaction, cell: int, since: Identity, limit: int) -> Page:
    """Look at the next identities of all open days; `since` itself comes first again."""
    rows = await tx.fetch(PAGE, cell, *since, limit)
    if not rows:
        return Page(0, since, frozenset())
    found = frozenset(Identity._make(row[:3]) for row in map(tuple, rows) if row[4])
    return Page(int(rows[-1]["place"]), Identity._make(tuple(rows[-1])[:3]), found)


async def charged_again(tx: Transaction, cell: int, identities: Collection[Identity]) -> list[Record]:
    """Read which of these are usage that was charged on several open days."""
    columns = [list(column) for column in zip(*sorted(identities), strict=True)]
    return await tx.fetch(CHARGED_AGAIN, cell, *columns)
