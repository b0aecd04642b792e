import re
import tomllib
from typing import Final

from tests.tidy.tree import ROOT, python_files, text

SWITCHED_OFF: Final = re.compile(r"#\s*(?:no[q]a|type:\s*ign[o]re|pra[g]ma|mypy:\s|ru[f]f:)")
# Codes are named, and a sentence follows them.
WITH_REASON: Final = re.compile(
    r"#\s*(?:no[q]a: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|ru[f]f: no[q]a: [A-Z0-9, ]+|type: ign[o]re\[[a-z, -]+\]"
    r"|pra[g]ma: no cover)\s*(?:#|-|--|—|:)?\s*\w[^#]{9,}"
)


def test_every_rule_that_is_switched_off_on_a_line_has_its_reason_there() -> None:
    silent = [
        f"{path}:{number} {line.strip()}"
        for path in python_files("worker", "schemas", "tests")
        for number, line in enumerate(text(path).splitlines(), start=1)
        if SWITCHED_OFF.search(line) and not WITH_REASON.search(line)
    ]

    assert silent == []


def test_every_rule_that_is_switched_off_for_the_project_has_its_reason_there() -> None:
    written = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lint = tomllib.loads(written)["tool"]["ruff"]["lint"]
    codes = [*lint["ignore"], *(code for codes in lint["per-file-ignores"].values() for code in codes)]

    silent = [
        code for code in codes if not re.search(rf'^\s*"{code}",\s+# [A-Z].{{9,}}\.$', written, re.MULTILINE)
    ]

    assert silent == []


def test_every_rule_of_ruff_is_switched_on() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]

    assert lint["select"] == ["ALL"]


def test_types_are_checked_strictly() -> None:
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]

    assert mypy["strict"] is True
