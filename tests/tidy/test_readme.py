import re
from pathlib import Path
from typing import Final

from tests.acceptance.readme import RUN_ELSEWHERE, commands, languages
from tests.tidy.tree import ROOT, project_files, text

TYPED: Final = re.compile(r"(\.venv/bin/)?talktime |echo |cat |curl ")


def test_commands_stand_in_blocks_that_the_tests_read() -> None:
    assert languages() <= {"sh", "text", "json", "toml", "python", "sql", "csv", "mermaid"}


def test_every_command_is_run_by_a_test() -> None:
    strange = [
        f"README.md:{command.line} {command.text}"
        for command in commands()
        if command.elsewhere is None and not TYPED.match(command.text)
    ]

    assert strange == [], "neither one that the tests can type nor one that RUN_ELSEWHERE knows"


def test_what_runs_the_other_commands_exists() -> None:
    run_elsewhere = {command.elsewhere for command in commands() if command.elsewhere is not None}

    assert {path for path in run_elsewhere if not (ROOT / path).exists()} == set()
    assert all((ROOT / path).parent.exists() for path in RUN_ELSEWHERE.values())


def test_links_lead_somewhere() -> None:
    broken = [
        f"{path}: {target}"
        for path in project_files()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(path))
        if "://" not in target and not (ROOT / path.parent / Path(target)).exists()
    ]

    assert broken == []
