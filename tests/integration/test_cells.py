"""Every key begins with the cell: the discipline that lets tables be spread, no proof that they are."""

import asyncpg

from worker.postgres.transaction import Database

# Small tables that every cell reads or that say where a cell is; nothing a batch writes for each event.
REFERENCE = {
    "installation",
    "ledger_day",
    "rate_deck",
    "rate_deck_version",
    "rate_generation",
    "schema_migration",
    "tariff",
    "tenant",
}

KEYS = """
    SELECT
        key.indrelid::regclass::text AS "table",
        key.indexrelid::regclass::text AS name,
        first.attname AS first_column
    FROM pg_index AS key
    INNER JOIN pg_class AS owner ON key.indrelid = owner.oid AND owner.relkind IN ('r', 'p')
    INNER JOIN pg_namespace AS space ON owner.relnamespace = space.oid AND space.nspname = 'public'
    LEFT JOIN pg_attribute AS first ON key.indrelid = first.attrelid AND key.indkey[0] = first.attnum
    WHERE key.indisunique
"""

INDEXES = """
    SELECT key.indexrelid::regclass::text AS name
    FROM pg_index AS key
    INNER JOIN pg_class AS owner ON key.indrelid = owner.oid
    INNER JOIN pg_namespace AS space ON owner.relnamespace = space.oid AND space.nspname = 'public'
    LEFT JOIN pg_attribute AS first ON key.indrelid = first.attrelid AND key.indkey[0] = first.attnum
    WHERE first.attname IS DISTINCT FROM 'cell' AND NOT key.indrelid::regclass::text = ANY($1::text [])
"""

CELL_TYPES = """
    SELECT DISTINCT format_type(atttypid, atttypmod) AS type, attnotnull
    FROM pg_attribute
    INNER JOIN pg_class AS owner ON attrelid = owner.oid AND owner.relkind IN ('r', 'p')
    WHERE attname = 'cell' AND owner.relnamespace = 'public'::regnamespace
"""


async def test_every_unique_key_of_what_a_batch_writes_begins_with_the_cell(pool: Database) -> None:
    keys = await pool.fetch(KEYS)

    elsewhere = {row["table"] for row in keys if row["first_column"] != "cell"}

    assert elsewhere <= REFERENCE
    # The days of the ledger are looked at, too: each has a key of its own.
    days = [row["name"] for row in keys if str(row["table"]).startswith("ledger_entry_")]
    assert len(days) >= 62


async def test_every_other_index_begins_with_the_cell_too(pool: Database) -> None:
    assert await pool.fetch(INDEXES, sorted(REFERENCE)) == []


async def test_a_cell_is_a_smallint_and_never_absent(pool: Database) -> None:
    assert [tuple(row) for row in await pool.fetch(CELL_TYPES)] == [("smallint", True)]


async def test_nothing_refers_to_another_table_by_a_key_without_the_cell(pool: Database) -> None:
    """A foreign key between spread tables would have to carry the cell on both sides."""
    keys: list[asyncpg.Record] = await pool.fetch("""
        SELECT conrelid::regclass::text AS "table"
        FROM pg_constraint
        INNER JOIN pg_attribute AS first ON conrelid = first.attrelid AND conkey[1] = first.attnum
        WHERE contype = 'f' AND first.attname <> 'cell'
    """)

    assert {row["table"] for row in keys} <= REFERENCE
