"""Forgetting: settled refusals after their time, and whatever names one user."""

from typing import Final

from worker.postgres.transaction import Transaction

# What was charged, applied or a duplicate is known elsewhere for as long as it matters. What was discarded
# is known only here, so the row stays and loses its bytes. In small steps, each counted as it is deleted.
FORGET_PARKED: Final = """
    WITH due AS (
        SELECT park_id FROM parked
        WHERE
            cell = $1 AND closed_at < to_timestamp($2) AND value IS NOT NULL AND closed_as <> 'discarded'
        LIMIT $3
        FOR UPDATE SKIP LOCKED
    ),
    gone AS (
        DELETE FROM parked USING due
        WHERE parked.cell = $1 AND parked.park_id = due.park_id
        RETURNING parked.closed_as, parked.late
    ),
    counted AS (
        INSERT INTO forgotten (cell, what, ended_as, records)
        SELECT $1::smallint, 'parked', closed_as, count(*) FROM gone WHERE NOT late GROUP BY closed_as
        ON CONFLICT (cell, what, ended_as) DO UPDATE SET records = forgotten.records + excluded.records
    )
    SELECT count(*) FROM gone
"""

STRIP_DISCARDED: Final = """
    UPDATE parked SET value = NULL, record_key = NULL, header_names = '{}', header_values = '{}'
    WHERE cell = $1 AND park_id IN (
        SELECT park_id FROM parked
        WHERE cell = $1 AND closed_at < to_timestamp($2) AND value IS NOT NULL AND closed_as = 'discarded'
        LIMIT $3
        FOR UPDATE SKIP LOCKED
    )
"""

FORGET_LETTERS: Final = """
    WITH due AS (
        SELECT dead_letter_id FROM dead_letter
        WHERE cell = $1 AND settled_at < to_timestamp($2)
        LIMIT $3
        FOR UPDATE SKIP LOCKED
    ),
    gone AS (
        DELETE FROM dead_letter USING due
        WHERE dead_letter.cell = $1 AND dead_letter.dead_letter_id = due.dead_letter_id
        RETURNING dead_letter.settled_as
    ),
    counted AS (
        INSERT INTO forgotten (cell, what, ended_as, records)
        SELECT $1::smallint, 'dead_letter', settled_as, count(*) FROM gone GROUP BY settled_as
        ON CONFLICT (cell, what, ended_as) DO UPDATE SET records = forgotten.records + excluded.records
    )
    SELECT count(*) FROM gone
"""

# Entries keep the number; without its text it is nobody's, and it is never given again.
FORGET_USER: Final = """
    DELETE FROM dictionary USING account
    WHERE
        account.cell = $1 AND account.tenant_id = $2
        AND dictionary.cell = $1 AND dictionary.account_id = account.account_id AND dictionary.text = $3
"""

# Only of what is settled: a record that waits is charged from its bytes, and its hash is over all of them.
STRIP_PARKED_OF: Final = """
    UPDATE parked SET value = NULL, record_key = NULL, header_names = '{}', header_values = '{}'
    WHERE
        cell = $1 AND tenant_id = $2 AND closed_at IS NOT NULL AND value IS NOT NULL
        AND position(convert_to(to_json($3::text)::text, 'UTF8') IN value) > 0
"""

# A letter has no tenant to rely on: its bytes name the user, and they or the key name the tenant.
STRIP_LETTERS_OF: Final = """
    UPDATE dead_letter SET value = NULL, record_key = NULL, header_names = '{}', header_values = '{}'
    WHERE
        cell = $1 AND settled_at IS NOT NULL AND value IS NOT NULL
        AND position(convert_to(to_json($3::text)::text, 'UTF8') IN value) > 0
        AND (
            record_key = convert_to($2, 'UTF8')
            OR position(convert_to(to_json($2::text)::text, 'UTF8') IN value) > 0
        )
"""

FORGET_ASKER: Final = """
    UPDATE recharge SET requested_by = NULL
    FROM account
    WHERE
        account.cell = $1 AND account.tenant_id = $2
        AND recharge.cell = $1 AND recharge.account_id = account.account_id AND recharge.requested_by = $3
"""


async def forget_parked(tx: Transaction, cell: int, settled_before_s: int, limit: int) -> int:
    """Delete parked records that ended before then, and count them; return how many."""
    row = await tx.fetchrow(FORGET_PARKED, cell, settled_before_s, limit)
    stripped = await tx.execute(STRIP_DISCARDED, cell, settled_before_s, limit)
    return (int(row[0]) if row else 0) + int(stripped.split()[-1])


async def forget_letters(tx: Transaction, cell: int, settled_before_s: int, limit: int) -> int:
    """Delete dead letters that were settled before then, and count them; return how many."""
    row = await tx.fetchrow(FORGET_LETTERS, cell, settled_before_s, limit)
    return int(row[0]) if row else 0


async def forget_texts_of(tx: Transaction, cell: int, tenant_id: str, user_id: str) -> int:
    """Remove a user's id wherever it stands as text or in settled bytes; return how many rows named it."""
    named = 0
    for statement in (FORGET_USER, STRIP_PARKED_OF, STRIP_LETTERS_OF, FORGET_ASKER):
        named += int((await tx.execute(statement, cell, tenant_id, user_id)).split()[-1])
    return named
