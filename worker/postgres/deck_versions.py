"""Versions of rate decks: listed, read back, and written once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from worker.domain.tariff import NewVersion, VersionTerms
from worker.domain.tariff_row import TariffRow
from worker.postgres.tariffs import READ_ROWS, ROWS_A_SLICE, version_terms

if TYPE_CHECKING:
    from asyncpg import Record

    from worker.postgres.transaction import Transaction

ROWS_A_COPY: Final = 50_000

# Another import may take its time; the limit on statements still holds.
WAIT_FOR_IMPORTS: Final = "SET LOCAL lock_timeout = 0"

# Imports take turns here; workers only read the row, so they never wait.
LOCK_GENERATION: Final = "SELECT generation FROM rate_generation FOR UPDATE"

RAISE_GENERATION: Final = "UPDATE rate_generation SET generation = generation + 1"

# The clock of the server, which all workers' days go by too.
READ_NOW: Final = "SELECT extract(epoch FROM clock_timestamp())::bigint AS now_s"

FIND_DECK: Final = "SELECT deck_id, currency FROM rate_deck WHERE name = $1"

ADD_DECK: Final = "INSERT INTO rate_deck (name, currency) VALUES ($1, $2) RETURNING deck_id"

LIST_VERSIONS: Final = """
    SELECT
        rate_deck.name AS deck,
        rate_deck.currency,
        rate_deck_version.version_id,
        rate_deck_version.effective_from_s,
        rate_deck_version.timezone,
        rate_deck_version.round_to_micros,
        rate_deck_version.rounding,
        rate_deck_version.row_count,
        rate_deck_version.digest,
        rate_deck_version.imported_at
    FROM rate_deck_version
    INNER JOIN rate_deck ON rate_deck_version.deck_id = rate_deck.deck_id
    WHERE $1::text IS NULL OR rate_deck.name = $1
    ORDER BY rate_deck.name, rate_deck_version.effective_from_s
"""

ADD_VERSION: Final = """
    INSERT INTO rate_deck_version (
        deck_id, effective_from_s, timezone, round_to_micros, rounding, row_count, digest
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    RETURNING version_id
"""

# What the release sweep will look at again once it sees the new generation.
COUNT_WAITING: Final = """
    SELECT count(*) AS waiting
    FROM cell
    INNER JOIN parked ON cell.cell = parked.cell
    WHERE parked.closed_at IS NULL AND parked.reason IN ('unrated', 'currency')
"""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as it is listed."""

    deck: str
    currency: str
    version_id: int
    terms: VersionTerms
    row_count: int
    digest: bytes
    imported_at: datetime


async def list_versions(tx: "Transaction", deck: str | None = None) -> list[StoredVersion]:
    """List the versions of one deck or of all, each deck's by the time from which they hold."""
    return [_stored(record) for record in await tx.fetch(LIST_VERSIONS, deck)]


async def read_rows(tx: "Transaction", version_id: int, after: int) -> list[TariffRow]:
    """Read the next rows of a version after so many, in canonical order; the last slice is a short one."""
    return [TariffRow(*record) for record in await tx.fetch(READ_ROWS, version_id, after, ROWS_A_SLICE)]


async def lock_imports(tx: "Transaction") -> int:
    """Wait for other imports to end; return the time, in whole seconds."""
    await tx.execute(WAIT_FOR_IMPORTS)
    await tx.execute(LOCK_GENERATION)
    record = await tx.fetchrow(READ_NOW)
    assert record is not None
    return int(record["now_s"])


async def find_deck_currency(tx: "Transaction", deck: str) -> str | None:
    """Give the currency that a deck has for ever; None when there is no such deck."""
    record = await tx.fetchrow(FIND_DECK, deck)
    return None if record is None else str(record["currency"])


async def add_version(
    tx: "Transaction", new: NewVersion, digest: bytes, progress: Callable[[int], object]
) -> int:
    """Write a version whole and raise the generation; return its id. Imports must be locked."""
    deck = await tx.fetchrow(FIND_DECK, new.deck) or await tx.fetchrow(ADD_DECK, new.deck, new.currency)
    assert deck is not None
    terms = new.terms
    version = await tx.fetchrow(
        ADD_VERSION,
        deck["deck_id"],
        terms.effective_from_s,
        terms.timezone,
        terms.round_to_micros,
        terms.rounding.value,
        len(new.rows),
        digest,
    )
    assert version is not None
    version_id = int(version["version_id"])
    columns = ("version_id", "row_number", *TariffRow._fields)
    # In pieces, so that no statement of a large deck comes near its time limit.
    for start in range(0, len(new.rows), ROWS_A_COPY):
        piece = new.rows[start : start + ROWS_A_COPY]
        rows = ((version_id, number, *row) for number, row in enumerate(piece, start=start + 1))
        await tx.copy("tariff", columns, rows)
        progress(start + len(piece))
    await tx.execute(RAISE_GENERATION)
    return version_id


async def count_waiting(tx: "Transaction") -> int:
    """Count the parked usage that a new deck may price."""
    record = await tx.fetchrow(COUNT_WAITING)
    assert record is not None
    return int(record["waiting"])


def _stored(record: "Record") -> StoredVersion:
    return StoredVersion(
        record["deck"],
        record["currency"],
        record["version_id"],
        version_terms(record),
        record["row_count"],
        record["digest"],
        record["imported_at"],
    )
