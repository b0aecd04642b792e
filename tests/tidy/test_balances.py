"""The balance is never set but by posting: whoever writes one writes the entries that make it, too."""

import re
from pathlib import Path

from tests.tidy.tree import python_files, text

UPDATES = re.compile(r"\b(?:UPDATE account|INSERT INTO account|ON CONFLICT)\b.*?\"\"\"", re.DOTALL)
SETS = re.compile(r"\bbalance_micros\s*=(?!=)")
# Compares other workers with ours, on tables of its own.
BENCH = Path("worker/bench")


def product() -> list[Path]:
    return [path for path in python_files("worker") if BENCH not in path.parents]


def test_one_statement_alone_changes_balances() -> None:
    statements = [
        (path.as_posix(), found)
        for path in product()
        for found in UPDATES.findall(text(path))
        if SETS.search(found)
    ]

    assert [path for path, _ in statements] == ["worker/postgres/accounts.py"]


def test_only_what_writes_the_entries_of_a_decision_moves_money() -> None:
    moving = [path.as_posix() for path in product() if "move_money(" in text(path)]

    assert moving == ["worker/postgres/accounts.py", "worker/transactions/record_decision.py"]
