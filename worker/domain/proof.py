"""Proofs: what a check of the books has looked at and found."""

from collections.abc import Sequence
from typing import Final

MOST_EXAMPLES: Final = 10

# What is proved, by name: the order in which it is told.
CHECKS: Final = ("conservation", "lots", "entry_lines", "one_open_request", "triggers", "outcomes")


class Proof:
    """One check as its pass goes on: how much it has examined, and what was wrong."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.examined = 0
        self.violations = 0
        self.examples: list[str] = []

    @property
    def ok(self) -> bool:
        """Whether nothing was wrong so far."""
        return not self.violations

    def add(self, examined: int, violations: Sequence[str]) -> None:
        """Take what a slice has found."""
        self._take(examined, len(violations), violations)

    def merge(self, other: "Proof") -> None:
        """Take what the same check has found elsewhere."""
        self._take(other.examined, other.violations, other.examples)

    def _take(self, examined: int, violations: int, examples: Sequence[str]) -> None:
        self.examined += examined
        self.violations += violations
        self.examples += examples[: MOST_EXAMPLES - len(self.examples)]
