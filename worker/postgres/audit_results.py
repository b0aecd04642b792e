"""Results of the audit: the last complete pass, one row a check."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from worker.domain.proof import Proof
from worker.postgres.transaction import Transaction

KEEP: Final = """
    INSERT INTO audit_result (cell, name, ok, examined, violations, examples)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (cell, name) DO UPDATE SET
        ok = excluded.ok,
        examined = excluded.examined,
        violations = excluded.violations,
        examples = excluded.examples,
        checked_at = excluded.checked_at
"""

LAST: Final = """
    SELECT name, violations, extract(epoch FROM now() - checked_at)::float8 AS age_s
    FROM audit_result
    WHERE cell = $1
    ORDER BY name
"""


class Result(NamedTuple):
    """What the last complete pass of a check found, and how long ago."""

    name: str
    violations: int
    age_s: float


async def keep_results(tx: Transaction, cell: int, proofs: Sequence[Proof]) -> None:
    """Write down what a complete pass found."""
    for proof in sorted(proofs, key=lambda proof: proof.name):
        found = (proof.name, proof.ok, proof.examined, proof.violations, proof.examples)
        await tx.execute(KEEP, cell, *found)


async def last_results(tx: Transaction, cell: int) -> list[Result]:
    """Read what the last complete pass found; nothing when there was none."""
    return [Result._make(row) for row in await tx.fetch(LAST, cell)]
