"""Faults that are planted in what becomes of credit, one at a time; each must be caught.

`python -m tests.simulation.histories.mutants [WORDS]`, from the project's root, plants them in copies of the
project and says for each (or for those whose description has the words) which test noticed it.
"""

import sys
from pathlib import Path
from typing import Final

from tests.simulation.recharging.mutants import Mutant, failing, listed, main, planted

# The first that fails is named: examples before random decisions, those before histories in a database.
TESTS: Final = (
    "tests/unit/domain",
    "tests/simulation/test_decisions.py",
    "tests/simulation/histories/test_histories.py",
)
MUTANTS: Final = listed(Path(__file__).parent)


def who_catches(mutant: Mutant) -> str:
    """Name the first test that fails; '' when none does."""
    with planted(mutant) as copy:
        return next((caught for one in TESTS if (caught := failing(copy, [one]))), "")


if __name__ == "__main__":
    sys.exit(main(MUTANTS, who_catches, " ".join(sys.argv[1:])))
