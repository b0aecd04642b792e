"""Rate decks: versions that are written once, and loaded slice by slice."""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from worker.domain.rounding import Rounding
from worker.domain.tariff import Deck, Decks, DeckVersion, VersionCompiler, VersionTerms
from worker.domain.tariff_row import TariffRow

if TYPE_CHECKING:
    from asyncpg import Record

    from worker.postgres.transaction import Transaction

# Fetched and compiled in about 15 ms: the event loop's heartbeat waits for no deck, however large.
ROWS_A_SLICE: Final = 2_000

READ_GENERATION: Final = "SELECT generation FROM rate_generation"

# Generation and versions in one statement, so from one snapshot: decks never hold more than their
# generation says. A single row without a version where there is no deck yet.
READ_VERSIONS: Final = """
    SELECT
        rate_generation.generation,
        rate_deck.name,
        rate_deck.currency,
        rate_deck_version.version_id,
        rate_deck_version.effective_from_s,
        rate_deck_version.timezone,
        rate_deck_version.round_to_micros,
        rate_deck_version.rounding
    FROM rate_generation
    LEFT JOIN rate_deck_version ON true
    LEFT JOIN rate_deck ON rate_deck_version.deck_id = rate_deck.deck_id
    ORDER BY rate_deck.name, rate_deck_version.effective_from_s
"""

# In the order of `TariffRow`; by key, so that no slice reads what another has read.
READ_ROWS: Final = """
    SELECT
        service,
        number_type,
        origin,
        prefix,
        label,
        connection_fee_micros,
        from_s,
        price_per_minute_micros,
        initial_s,
        increment_s,
        weekdays,
        from_minute,
        to_minute,
        free_under_s,
        max_charge_micros
    FROM tariff
    WHERE version_id = $1 AND row_number > $2
    ORDER BY row_number
    LIMIT $3
"""


async def load_decks(tx: "Transaction", *, previous: Decks | None = None) -> Decks:
    """Load every deck; of versions that `previous` holds nothing is read again, they never change."""
    records = await tx.fetch(READ_VERSIONS)
    known = {
        version.version_id: version
        for deck in (previous.by_name.values() if previous else ())
        for version in deck.versions
    }
    versions: dict[str, list[DeckVersion]] = {}
    currencies: dict[str, str] = {}
    for record in records:
        if record["version_id"] is None:
            continue
        version = known.get(record["version_id"])
        if version is None:
            version = await load_version(tx, record["version_id"], version_terms(record))
        versions.setdefault(record["name"], []).append(version)
        currencies[record["name"]] = record["currency"]
    decks = {name: Deck(name, currencies[name], tuple(versions[name])) for name in versions}
    return Decks(records[0]["generation"], decks)


async def read_generation(tx: "Transaction") -> int:
    """Give the number that every import raises; asked after a batch's locks."""
    record = await tx.fetchrow(READ_GENERATION)
    assert record is not None
    return int(record["generation"])


async def load_version(tx: "Transaction", version_id: int, terms: VersionTerms) -> DeckVersion:
    """Compile one version, slice by slice."""
    compiler = VersionCompiler(version_id, terms)
    rows: list[TariffRow] = []
    texts: dict[str, str] = {}
    read = 0
    while read == 0 or len(rows) == ROWS_A_SLICE:
        fetched = await tx.fetch(READ_ROWS, version_id, read, ROWS_A_SLICE)
        rows = [_row(one, texts.setdefault) for one in fetched]
        compiler.add(rows)
        # Rows stay as long as their deck. The collector of cycles, walking half a million of them again and
        # again, held up the event loop for 300 ms at a time; frozen, they are freed but no longer walked.
        gc.freeze()
        read += ROWS_A_SLICE
    return compiler.finish()


def version_terms(record: "Record") -> VersionTerms:
    """Read what holds for all rows of a version."""
    return VersionTerms(
        record["effective_from_s"],
        record["timezone"],
        record["round_to_micros"],
        Rounding(record["rounding"]),
    )


def _row(record: "Record", share: Callable[[str, str], str]) -> TariffRow:
    """Make a row whose repeating texts are one text in memory for all rows."""
    service, number_type, origin, prefix, label, *terms = record
    return TariffRow(
        share(service, service),
        share(number_type, number_type),
        share(origin, origin),
        prefix,
        share(label, label),
        *terms,
    )
