"""Proofs: what a check of the books has looked at and found."""

from collections.abc import Sequence
from typing import Final

MOST_EXAMPLES: Final = 10

# What is proved, by name: the order in which it is told.
CHECKS: Final = {
    "conservation": "what was carried forward and the entries make the balance",
    "books": "the tenants' credit and all other books make nothing",
    "lots": "what is left in the lots less the debt is the balance",
    "each_lot": "what entries gave to and took from a lot is what is left of it; so for the debt",
    "bundles": "what bundles paid of entries is what their months have used",
    "entry_lines": "legs, shares of lots and seconds of bundles make their entry",
    "identities": "no usage is charged on two open days: such is a conflict, to be voided on one",
    "one_open_request": "an account has the open requests that it says, and one automatic one at most",
    "triggers": "whoever is below the trigger and not blocked has asked",
    "outcomes": "every record has one first outcome, and what it says is there",
}


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
