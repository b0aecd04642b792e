"""Dictionaries: texts that get a number at first sight and keep it; sources and user ids."""

from collections.abc import Iterable, Sequence
from typing import Final

from worker.postgres.transaction import Transaction

# Sources beyond this many are hashed together with the event's id instead.
MOST_SOURCES: Final = 1_000

SOURCES: Final = "SELECT source, source_number FROM source WHERE cell = $1"

# The cell's row is the lock: two workers never give one number twice.
LOCK_SOURCES: Final = "SELECT next_source_number FROM cell WHERE cell = $1 FOR NO KEY UPDATE"

ADD_SOURCES: Final = """
    WITH fresh AS (
        SELECT given.source, (row_number() OVER (ORDER BY given.source))::smallint AS position
        FROM unnest($2::text []) AS given (source)
        WHERE NOT EXISTS (
            SELECT FROM source AS known WHERE known.cell = $1 AND known.source = given.source
        )
    ),
    added AS (
        INSERT INTO source (cell, source_number, source)
        SELECT $1::smallint, ($3::smallint + position - 1)::smallint, source
        FROM fresh
        WHERE $3::smallint + position - 1 <= $4::integer
        RETURNING source_number
    )
    UPDATE cell
    SET next_source_number = (next_source_number + (SELECT count(*) FROM added))::smallint
    WHERE cell = $1
"""

# Text by text: joined freely, many of them would have the whole dictionary read.
TEXTS: Final = """
    SELECT
        known.account_id, known.text, known.text_id,
        known.seen_on < (now() AT TIME ZONE 'UTC')::date AS seen_before
    FROM unnest($2::integer [], $3::text []) AS wanted (account_id, text)
    CROSS JOIN LATERAL (
        SELECT * FROM dictionary AS found
        WHERE found.cell = $1 AND found.account_id = wanted.account_id AND found.text = wanted.text
        LIMIT 1
    ) AS known
"""

# Once a day each: a text that nobody has used for long is deleted.
SEE_TEXTS: Final = """
    UPDATE dictionary SET seen_on = (now() AT TIME ZONE 'UTC')::date
    WHERE (cell, account_id, text) IN (
        SELECT known.cell, known.account_id, known.text
        FROM unnest($2::integer [], $3::text []) AS seen (account_id, text)
        INNER JOIN dictionary AS known
            ON known.cell = $1 AND known.account_id = seen.account_id AND known.text = seen.text
        ORDER BY known.account_id, known.text
        FOR NO KEY UPDATE OF known
    )
    RETURNING account_id, text
"""

TAKE_TEXT_IDS: Final = """
    UPDATE cell SET next_text_id = next_text_id + $2 WHERE cell = $1 RETURNING next_text_id - $2
"""

ADD_TEXTS: Final = """
    INSERT INTO dictionary (cell, account_id, text, text_id)
    SELECT $1::smallint, account_id, text, text_id
    FROM unnest($2::integer [], $3::text [], $4::integer []) AS given (account_id, text, text_id)
    ORDER BY account_id, text
    ON CONFLICT (cell, account_id, text) DO NOTHING
"""

Text = tuple[int, str]


async def read_sources(tx: Transaction, cell: int) -> dict[str, int]:
    """Read the numbers of all sources that have one."""
    return {str(row["source"]): int(row["source_number"]) for row in await tx.fetch(SOURCES, cell)}


async def add_sources(tx: Transaction, cell: int, sources: Iterable[str]) -> None:
    """Number new sources while there are numbers left."""
    row = await tx.fetchrow(LOCK_SOURCES, cell)
    assert row is not None, "every cell has its row since the migration"
    await tx.execute(ADD_SOURCES, cell, sorted(sources), int(row[0]), MOST_SOURCES)


async def read_texts(tx: Transaction, cell: int, wanted: Sequence[Text]) -> dict[Text, int]:
    """Read the numbers of an account's texts, and note that they are used; unknown ones are left out."""
    accounts, texts = [one[0] for one in wanted], [one[1] for one in wanted]
    rows = await tx.fetch(TEXTS, cell, accounts, texts)
    known = {(int(row["account_id"]), str(row["text"])): int(row["text_id"]) for row in rows}
    before = [(int(row["account_id"]), str(row["text"])) for row in rows if row["seen_before"]]
    if before:
        columns = [list(column) for column in zip(*before, strict=True)]
        seen = {(row["account_id"], row["text"]) for row in await tx.fetch(SEE_TEXTS, cell, *columns)}
        # Forgotten between the two: whoever has the text is somebody new.
        for one in set(before) - seen:
            del known[one]
    return known


async def add_texts(tx: Transaction, cell: int, wanted: Sequence[Text]) -> None:
    """Number new texts; another worker may have been first, so read them again afterwards."""
    row = await tx.fetchrow(TAKE_TEXT_IDS, cell, len(wanted))
    assert row is not None, "every cell has its row since the migration"
    ordered = sorted(wanted)
    ids = [int(row[0]) + position for position in range(len(ordered))]
    await tx.execute(ADD_TEXTS, cell, [one[0] for one in ordered], [one[1] for one in ordered], ids)
