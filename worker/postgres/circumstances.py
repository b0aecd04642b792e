"""Circumstances: what every decision depends on beside its accounts, read in one round trip."""

from datetime import date
from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

# One statement and so one snapshot, taken after the locks. Closed and forwarded days take no usage; neither
# do those before them, which are made when usage may be later from now on than it used to be.
READ: Final = """
    SELECT
        generation,
        (
            SELECT min(day) FROM ledger_day
            WHERE
                state = 'open'
                AND day > coalesce((SELECT max(day) FROM ledger_day WHERE state <> 'open'), '-infinity')
        ) AS first_day,
        (SELECT max(day) FROM ledger_day WHERE state = 'open') AS last_day,
        EXISTS (SELECT FROM parked WHERE cell = $1 AND closed_as = 'discarded') AS any_discarded
    FROM rate_generation
"""


class Circumstances(NamedTuple):
    """The decks' generation, the days that usage may start on, and whether anything was ever discarded."""

    generation: int
    first_day: date
    last_day: date
    any_discarded: bool


async def read_circumstances(tx: Transaction, cell: int) -> Circumstances:
    """Read them; the transaction must already hold the accounts' locks."""
    row = await tx.fetchrow(READ, cell)
    assert row is not None, "there is a generation since the migration"
    found = Circumstances._make(row)
    assert found.first_day is not None, "days are made at migration and kept by the upkeep loop"
    return found
