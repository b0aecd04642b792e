import ast
import subprocess
import sys
from pathlib import Path

from tests.tidy.tree import ROOT, python_files, syntax


def imported(path: Path) -> set[str]:
    names = set[str]()
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def test_imports_point_inwards() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout


def test_no_test_replaces_a_part_by_a_pretence() -> None:
    pretending = [str(path) for path in python_files("tests") if "unittest.mock" in imported(path)]

    assert pretending == []


def test_no_test_waits_by_sleeping() -> None:
    sleeping = [
        f"{path}:{node.lineno}"
        for path in python_files("tests")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"time.sleep", "asyncio.sleep", "sleep"}
        # Nothing at all only lets others run.
        and ast.unparse(node) != "asyncio.sleep(0)"
    ]

    assert sleeping == []
