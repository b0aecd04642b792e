import re
import subprocess
import sys
from pathlib import Path

from tests.tidy.tree import ROOT, project_files


def statements() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".sql"]


def test_sql_files_read_alike() -> None:
    linter = Path(sys.executable).with_name("sqlfluff")
    command = [str(linter), "lint", "--nocolor", "--processes", "-1", *map(str, statements())]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = sorted(
        re.sub(r"_.*", "", path.name) for path in statements() if path.parent.name == "migrations"
    )

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
