import re
from pathlib import Path
from typing import Final

from tests.tidy.tree import ROOT
from worker.cli.main import outcome
from worker.settings.environment import read_environment
from worker.settings.load import load
from worker.simulators.payment_kinds import Kind

GUIDE: Final = ROOT / "deploy/guides/payment-service.md"
EXAMPLE: Final = ROOT / "deploy/guides/payment_service_example.py"


def blocks() -> str:
    return "\n".join(
        re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    )


def test_the_guide_tells_of_every_kind_of_answer_that_can_be_simulated() -> None:
    rows = re.findall(r"^\| `--([a-z-]+)` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == [kind.value.replace("_", "-") for kind in Kind]


def test_the_example_has_forty_lines_and_needs_one_library() -> None:
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line.strip()]
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}

    assert len(lines) <= 40
    assert imported == {"asyncio", "json", "sys", "datetime", "decimal", "typing", "aiokafka"}


def test_every_command_that_the_guide_types_is_understood() -> None:
    typed = re.findall(r"^talktime (up|simulate payments) (.+)$", blocks(), re.MULTILINE)

    assert typed != []
    for command, options in typed:
        assert outcome([*command.split(), *options.split(), "--help"]) == 0


def test_every_file_that_the_guide_runs_exists() -> None:
    named = re.findall(r"\b(deploy/\S+\.py)\b", blocks())

    assert [path for path in named if not (ROOT / Path(path)).exists()] == []
    assert named != []


def test_every_setting_that_the_guide_gives_is_taken() -> None:
    given = dict(re.findall(r"\b(TALKTIME_[A-Z_]+)=(\S+)", blocks()))

    read = read_environment(given)
    assert read.warnings == ()
    assert load(needs=(), variables=given).recharge.declined_waits_s == (5, 10, 15)
