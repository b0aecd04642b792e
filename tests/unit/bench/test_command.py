from pathlib import Path

import pytest

from worker.cli.main import outcome


def test_a_wrong_file_to_compare_with_stops_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = outcome(["bench", "--compare", str(tmp_path / "absent.json")])

    assert code == 2
    assert "absent.json: No such file" in capsys.readouterr().err


def test_one_plan_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    code = outcome(["bench", "--quick", "--full"])

    assert code == 2
    assert "choose one" in capsys.readouterr().err
