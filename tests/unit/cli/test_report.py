import stat
import typing
from pathlib import Path

import pytest
import typer

from worker.cli import main
from worker.cli.report import report, write_report

ARGUMENTS = ["rates", "explain", "+4930123456", "--at", "2026-01-01", "--dsn=postgresql://u:hush@h/d"]


def bug(
    number: str = "+4930123456", dsn: str = "postgresql://talktime:hush@host/database"
) -> typing.NoReturn:
    raise ValueError(f"cannot price {number} from {dsn}")


def caught() -> ValueError:
    try:
        bug()
    except ValueError as error:
        return error


def test_a_report_says_what_failed_where_and_nothing_of_anybody() -> None:
    text = report(caught(), ARGUMENTS)

    assert "command: talktime rates explain ... --at ... --dsn\n" in text
    assert "in bug\n" in text
    assert "ValueError: cannot price +493******* from postgresql://****@host/database" in text
    assert "hush" not in text
    assert "30123456" not in text


def test_a_report_is_written_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    path = write_report(caught(), ARGUMENTS)

    assert path.parent == tmp_path / "talktime" / "reports"
    assert path.read_text(encoding="utf-8").startswith("talktime ")


def test_where_nothing_can_be_written_the_report_goes_to_the_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "talktime").write_text("a file where a folder should be", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    path = write_report(caught(), ARGUMENTS)

    assert path.exists()
    assert tmp_path not in path.parents
    path.unlink()


def test_a_bug_is_70_and_says_where_its_report_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    broken.command()(fails)
    monkeypatch.setattr(main, "app", broken)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    code = main.outcome([])

    (path,) = (tmp_path / "talktime" / "reports").iterdir()
    written = capsys.readouterr()
    assert code == 70
    assert written.out == ""
    assert str(path) in written.err
    assert "Traceback" not in written.err
    assert not path.stat().st_mode & stat.S_IXUSR


def fails() -> None:
    bug()
