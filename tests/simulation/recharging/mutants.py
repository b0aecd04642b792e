"""Faults that are planted in the machine of recharges, one at a time; each must be caught.

`python tests/simulation/recharging/mutants.py [WORDS]` plants them in copies of the project and says for each
(or for those whose description has the words) which test noticed it.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[3]
TESTS: Final = (
    "tests/unit/domain/test_settlement.py",
    "tests/unit/domain/test_policy.py",
    "tests/unit/domain/test_reverse_payment.py",
    "tests/unit/codec/test_recharge_messages.py",
)
RANDOM: Final = "tests/simulation/recharging/test_recharging.py"


class Mutant(NamedTuple):
    """A fault: where, what it replaces, by what."""

    file: str
    right: str
    wrong: str
    fault: str


def listed(folder: Path) -> tuple[Mutant, ...]:
    """Read the faults of a folder."""
    text = (folder / "mutants.toml").read_text(encoding="utf-8")
    return tuple(Mutant(**one) for one in tomllib.loads(text)["mutant"])


MUTANTS: Final = listed(Path(__file__).parent)


def main(mutants: Sequence[Mutant], who_catches: Callable[[Mutant], str], words: str) -> int:
    """Plant each fault; say who caught it, and fail when nobody did."""
    missed = 0
    for mutant in mutants:
        if words in mutant.fault:
            caught = who_catches(mutant)
            missed += not caught
            sys.stdout.write(f"{mutant.file}: {mutant.fault}: {caught or 'NOBODY'}\n")
            sys.stdout.flush()
    return int(missed > 0)


def who_catches(mutant: Mutant) -> str:
    """Name the first test that fails by examples, or else by random histories; '' when none does."""
    with planted(mutant) as copy:
        examples = [
            *TESTS,
            *sorted(str(one) for one in (copy / "tests/unit/domain").glob("test_recharge*.py")),
        ]
        return failing(copy, examples) or failing(copy, [RANDOM])


@contextmanager
def planted(mutant: Mutant) -> Iterator[Path]:
    """Plant a fault in a copy of the project."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("worker", "schemas", "tests", "deploy"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        path = copy / "worker/domain" / f"{mutant.file}.py"
        path.write_text(
            path.read_text(encoding="utf-8").replace(mutant.right, mutant.wrong), encoding="utf-8"
        )
        yield copy


def failing(folder: Path, tests: list[str]) -> str:
    """Run tests in a copy; name the first that fails, other than by the guide's being another."""
    quietly = ["-q", "-x", "-p", "no:cacheprovider", "-k", "not the_guide"]
    command = [sys.executable, "-m", "pytest", *quietly, *tests]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    named = re.findall(r"^(?:FAILED|ERROR) \S*?/(\w+\.py(?:::\w+)*)", run.stdout, re.MULTILINE)
    return named[0] if named else ""


if __name__ == "__main__":
    sys.exit(main(MUTANTS, who_catches, " ".join(sys.argv[1:])))
