import re

import pytest

from worker.cli.main import outcome
from worker.simulators.payment_kinds import Kind
from worker.simulators.payment_manner import USUAL_MIX


def help_page(capsys: pytest.CaptureFixture[str]) -> str:
    assert outcome(["simulate", "payments", "--help"]) == 0
    return capsys.readouterr().out


def test_every_kind_of_answer_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    weights = re.findall(r"--([a-z-]+) WEIGHT", help_page(capsys))

    assert weights == [kind.value.replace("_", "-") for kind in Kind]


def test_the_usual_mix_is_the_one_that_help_tells_of(capsys: pytest.CaptureFixture[str]) -> None:
    page = " ".join(help_page(capsys).split())

    told = " ".join(f"--{kind.value.replace('_', '-')} {weight}" for kind, weight in USUAL_MIX.items())

    assert told in page


@pytest.mark.parametrize("wrong", [["--completed", "-1"], ["--for", "soon"], ["--delay", "a while"]])
def test_a_wrong_option_is_wrong_usage(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["simulate", "payments", *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err
