import subprocess
import sys

import pytest

from worker.cli.main import outcome, stack_first


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["--help"]) == 0

    page = capsys.readouterr().out
    commands = (
        "up worker migrate topics publish accounts rates parked dead-letters positions audit bench settings"
        " simulate"
    )
    assert [command for command in commands.split() if f"  {command} " not in page] == []


def test_help_draws_on_no_heavy_library() -> None:
    code = "import sys; from worker.cli.main import app; print(*sys.modules)"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    heavy = {
        "pydantic",
        "aiokafka",
        "asyncpg",
        "fastapi",
        "uvicorn",
        "structlog",
        "rich",
        "prometheus_client",
    }
    assert heavy & set(listed.stdout.split()) == set()


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["--version"]) == 0
    assert capsys.readouterr().out.startswith("talktime ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["settings", "--nonsense"],
        ["topics", "create", "--partitions", "0"],
        ["positions", "skip"],
    ],
)
def test_wrong_usage_is_2_and_nothing_on_standard_output(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(arguments) == 2

    written = capsys.readouterr()
    assert written.out == ""
    assert "Usage: talktime" in written.err


@pytest.mark.parametrize(
    ("arguments", "moved"),
    [
        (["settings", "--stack", "here"], ["--stack", "here", "settings"]),
        (["settings", "--stack=here", "--json"], ["--stack=here", "settings", "--json"]),
        (["--stack", "here", "settings"], ["--stack", "here", "settings"]),
        (["settings", "--", "--stack", "here"], ["settings", "--", "--stack", "here"]),
        (["settings", "--stack"], ["--stack", "settings"]),
        ([], []),
    ],
)
def test_the_stack_may_be_chosen_anywhere(arguments: list[str], moved: list[str]) -> None:
    assert stack_first(arguments) == moved
