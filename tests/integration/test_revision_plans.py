"""What voids, corrections and re-rating cost the database: plans over many rows."""

import re
from typing import Final

import pytest

from tests.integration.test_rows_and_plans import (
    CELL,
    EXPLAIN,
    EXPLAIN_GENERIC,
    FILL,
    IDS,
    KEYS,
    TODAY,
)
from worker.postgres import chains, pending_revisions, rerating
from worker.postgres.transaction import Database

MORE: Final = """
    INSERT INTO entry_line (
        started_s, amount_micros, number, event_key, account_id, duration_s, bundle_s, version_id, lot_number,
        day, cell, source_number, line, part, prefix_length, number_shape, codes
    )
    SELECT
        0, 0, 0, event_key, account_id, 60, 0, 1, 1, day, cell, source_number, 0, 1, 0, 0, 0
    FROM ledger_entry;

    INSERT INTO entry_text (cell, account_id, source_number, event_key, day, source, event_id, call_id)
    SELECT cell, account_id, source_number, event_key, day, '', '', 'k' FROM ledger_entry;

    INSERT INTO pending_revision (
        cell, account_id, revision_key, content_hash, source_number, event_key, day, kept_us, cluster_id,
        topic, partition, "offset", header_names, header_values, arrived_s
    )
    SELECT
        0, 1 + number / 3, gen_random_uuid(), 0, 1, gen_random_uuid(), (now() AT TIME ZONE 'UTC')::date,
        number, 'c', 'usage', 0, number, '{}', '{}', 0
    FROM generate_series(1, 20000) AS number;
"""

# What a batch runs that has a void, or usage of an account for which one waits; and the pages of a re-rating.
STATEMENTS: Final[dict[str, tuple[str, tuple[object, ...]]]] = {
    "entries of chains": (chains.ENTRIES, (CELL, TODAY, [1, 1, 1], IDS, KEYS)),
    "lines of chains": (chains.LINES, (CELL, TODAY, [1, 1, 1], IDS, KEYS)),
    "texts of chains": (chains.TEXTS, (CELL, TODAY, [1, 1, 1], IDS, KEYS)),
    "known pending": (pending_revisions.KNOWN, (CELL, IDS, KEYS)),
    "pending of usage": (pending_revisions.OF_USAGE, (CELL, [1, 1, 1], IDS, KEYS, [TODAY] * 3)),
    "count pending": (pending_revisions.COUNT, (CELL, IDS)),
    "forget pending": (pending_revisions.FORGET, (CELL, IDS, KEYS)),
    "charges to re-rate": (rerating.CHARGES, (CELL, TODAY, 1, 5, KEYS[0], 700, IDS, 0, 9, 5_000)),
}


@pytest.fixture
async def full(pool: Database) -> Database:
    await pool.execute(FILL)
    await pool.execute(MORE)
    await pool.execute("ANALYZE")
    return pool


async def test_no_statement_about_revisions_reads_a_whole_table(full: Database) -> None:
    readers = {}
    for name, (statement, arguments) in STATEMENTS.items():
        for explain in (EXPLAIN, EXPLAIN_GENERIC):
            lines = [row[0] for row in await full.fetch(explain.format(statement), *arguments)]
            if scans := [line.strip() for line in lines if "Seq Scan on" in line]:
                readers[name] = scans

    assert readers == {}


async def test_chains_are_asked_of_their_own_day_alone(full: Database) -> None:
    for name in ("entries of chains", "lines of chains", "texts of chains"):
        statement, arguments = STATEMENTS[name]

        plan = "\n".join(row[0] for row in await full.fetch(EXPLAIN.format(statement), *arguments))

        assert set(re.findall(r"_(\d{8})", plan)) == {f"{TODAY:%Y%m%d}"}, name
