import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Make a folder in which nothing was installed yet."""
    for name in ("Makefile", "pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def python_that(folder: Path, *, lacks: str) -> Path:
    """Make an interpreter that can do everything but import one module."""
    program = folder / "python"
    program.write_text(f'#!/bin/sh\ncase "$2" in *{lacks}*) exit 1;; *print*) echo python3.12-venv;; esac\n')
    program.chmod(0o755)
    return program


def test_a_machine_without_python_is_told_so_in_one_line(fresh: Path) -> None:
    run = make(fresh, "install", "PYTHON=python-of-nobody")

    assert run.returncode != 0
    assert [line for line in run.stderr.splitlines() if "Python 3.11 or newer is missing" in line]


def test_a_machine_without_virtual_environments_is_told_which_package_is_missing(fresh: Path) -> None:
    run = make(fresh, "install", f"PYTHON={python_that(fresh, lacks='ensurepip')}")

    assert run.returncode != 0
    assert "make: the package python3.12-venv is missing" in run.stderr


def test_a_python_that_is_too_old_is_passed_over(fresh: Path) -> None:
    run = make(fresh, "install", f"PYTHON={python_that(fresh, lacks='version_info')}")

    assert run.returncode != 0
    assert "Python 3.11 or newer is missing" in run.stderr


def test_options_reach_the_command(fresh: Path) -> None:
    run = make(fresh, "--dry-run", "run", "test", "ARGS=--for 30s")

    assert ".venv/bin/talktime up --traffic 50 --for 30s" in run.stdout
    assert ".venv/bin/python -m pytest --numprocesses 4 --dist loadfile --for 30s" in run.stdout
