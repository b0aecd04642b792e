"""What looking up the keys of a whole batch costs the database: plans for thousands of keys."""

from typing import Final
from uuid import uuid4

import pytest

from tests.integration.test_revision_plans import MORE as REVISIONS
from tests.integration.test_rows_and_plans import CELL, EXPLAIN, EXPLAIN_GENERIC, FILL, TODAY
from worker.postgres import account_events, chains, dictionaries, ledger
from worker.postgres.transaction import Database

MANY: Final = 5_000
KEYS: Final = [str(uuid4()) for _ in range(MANY)]
IDS: Final = list(range(1, MANY + 1))
OF_DAY: Final = (CELL, TODAY, [1] * MANY, IDS, KEYS)

STATEMENTS: Final[dict[str, tuple[str, tuple[object, ...]]]] = {
    "known usage": (ledger.KNOWN, OF_DAY),
    "known events": (account_events.KNOWN, (CELL, IDS, KEYS)),
    "entries of chains": (chains.ENTRIES, OF_DAY),
    "lines of chains": (chains.LINES, OF_DAY),
    "texts of chains": (chains.TEXTS, OF_DAY),
    "texts": (dictionaries.TEXTS, (CELL, IDS, ["user"] * MANY)),
}

MORE: Final = """
    INSERT INTO account_event (cell, account_id, event_key, content_hash)
    SELECT 0, account_id, event_key, 0 FROM ledger_entry;

    INSERT INTO dictionary (cell, account_id, text, text_id)
    SELECT 0, 1 + number % 1000, 'user-' || number, number FROM generate_series(1, 60000) AS number;
"""


@pytest.mark.parametrize("known", [True, False], ids=["analyzed", "grown since"])
async def test_the_keys_of_a_batch_are_looked_up_one_by_one(pool: Database, *, known: bool) -> None:
    """Left to itself the planner would read and hash all rows of the day once thousands of keys are asked."""
    await pool.execute(FILL)
    await pool.execute(REVISIONS)
    await pool.execute(MORE)
    if known:
        await pool.execute("ANALYZE")

    plans = {
        (name, explain): "\n".join(row[0] for row in await pool.fetch(explain.format(statement), *arguments))
        for name, (statement, arguments) in STATEMENTS.items()
        for explain in (EXPLAIN, EXPLAIN_GENERIC)
    }

    assert {name for (name, _), plan in plans.items() if "Join" in plan or "Index" not in plan} == set()
