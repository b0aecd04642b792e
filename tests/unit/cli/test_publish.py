"""`talktime publish` without a server: what it reads, what it refuses, what it prints, how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest

from worker.cli.main import outcome

CALL = {
    "tenant_id": "acme",
    "service": "outbound",
    "rated_number": "+442079460000",
    "number_type": "toll",
    "started_at": "2026-01-31T23:59:59Z",
    "duration_s": 61,
}
TEAMS = "UsageId,Call Type,Number Type,Destination Number,Start Time,Duration Seconds\n"
ROW = "9c4984c7-6c3c-427d-a30c-bd0b2eacee90,user_out,Subscriber,+442079460000,2026-01-31T23:59:59Z,61\n"


class Ended(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


Talktime: TypeAlias = Callable[..., Ended]


@pytest.fixture
def talktime(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Talktime:
    """The command, its lines as long as they are."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> Ended:
        code = outcome(["publish", *map(str, arguments)])
        return Ended(code, *capfd.readouterr())

    return run


def write(folder: Path, text: str, name: str = "calls") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def document(result: Ended) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_dry_run_says_what_would_be_published_and_why_the_rest_would_not(
    tmp_path: Path, talktime: Talktime
) -> None:
    rows = TEAMS + ROW + ROW.replace(",61", ",0") + ROW.replace("+44", "44")
    file = write(tmp_path, rows)
    result = talktime(file, "--format", "teams-pstn", "--tenant", "contoso", "--dry-run", "--json")
    assert document(result) == {
        "dry_run": True,
        "published": 1,
        "skipped": [{"line": 3, "reason": "unanswered: it lasted 0 s"}],
        "rejected": [
            {
                "line": 4,
                "reason": 'Destination Number "4420********" has no +, and no [numbering] of a mapping says'
                " which country it is dialled in",
            }
        ],
    }
    assert result.exit_code == 1


def test_it_ends_with_0_when_nothing_was_rejected(tmp_path: Path, talktime: Talktime) -> None:
    file = write(tmp_path, json.dumps(CALL) + "\n")
    result = talktime(file, "--format", "jsonl", "--dry-run")
    assert result.exit_code == 0
    assert result.stdout == "Would publish 1 events, skipped 0, rejected 0\n"


def test_an_empty_file_of_lines_has_nothing_to_publish(tmp_path: Path, talktime: Talktime) -> None:
    result = talktime(write(tmp_path, ""), "--format", "jsonl", "--dry-run", "--json")
    assert result.exit_code == 0
    assert document(result) == {"dry_run": True, "published": 0, "skipped": [], "rejected": []}


def test_a_person_is_shown_the_first_rejections_only(tmp_path: Path, talktime: Talktime) -> None:
    file = write(tmp_path, TEAMS + "x\n" * 5000 + ROW.replace(",61", ",0") * 3)
    result = talktime(file, "--format", "teams-pstn", "--tenant", "t", "--dry-run")
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "Would publish 0 events, skipped 3, rejected 5000",
        "  skipped 3: unanswered: it lasted 0 s",
    ]
    assert lines[2] == "  rejected line 2: has 1 columns where the header has 6"
    assert lines[-1] == "  ... and 4980 more; --json lists them all"
    assert result.exit_code == 1


def test_more_rejections_than_memory_holds_are_all_listed(tmp_path: Path, talktime: Talktime) -> None:
    file = write(tmp_path, TEAMS + "x\n" * 30_000)
    result = talktime(file, "--format", "teams-pstn", "--tenant", "t", "--dry-run", "--json")
    assert [rejection["line"] for rejection in document(result)["rejected"]] == [*range(2, 30_002)]


def test_the_mapping_and_the_options_above_it_say_what_the_file_does_not(
    tmp_path: Path, talktime: Talktime
) -> None:
    mapping = write(
        tmp_path, 'tenant = "other"\n[numbering]\ncountry = "44"\nnational = "0"\n', "mapping.toml"
    )
    file = write(tmp_path, TEAMS + ROW.replace("+44", "0").replace("Z,", ","))
    arguments = (file, "--format", "teams-pstn", "--mapping", mapping, "--dry-run", "--json")
    result = talktime(*arguments, "--tenant", "contoso", "--timezone", "Europe/London")
    assert document(result)["published"] == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param([], "Missing option '--format'", id="no format"),
        pytest.param(["--format", "csv"], "is not one of 'jsonl', 'teams-pstn'", id="a wrong format"),
        pytest.param(["--format", "asterisk"], "allowed are jsonl, teams-pstn", id="a format of tomorrow"),
        pytest.param(["--format", "freeswitch"], "allowed are jsonl, teams-pstn", id="another one"),
        pytest.param(["--format", "teams-pstn"], "does not say whose usage it is", id="no tenant"),
        pytest.param(["--format", "jsonl", "--tenant", ""], "1-128 characters", id="an empty tenant"),
        pytest.param(["--format", "jsonl", "--timezone", "Mars"], "'Mars' is no IANA zone", id="no zone"),
        pytest.param(
            ["--format", "jsonl", "--mapping", "absent.toml"], "absent.toml: No such file", id="no mapping"
        ),
        pytest.param(["--format", "jsonl", "--watch", "absent"], "absent is not a folder", id="no folder"),
        pytest.param(["--format", "jsonl", "--watch", "."], "looks at one file", id="a dry run of a folder"),
    ],
)
def test_wrong_usage_is_refused_with_what_is_allowed(
    tmp_path: Path, arguments: list[str], complaint: str, talktime: Talktime
) -> None:
    result = talktime(write(tmp_path, ""), *arguments, "--dry-run")
    assert complaint in result.stderr
    assert (result.exit_code, result.stdout) == (2, "")


def test_without_a_file_there_is_nothing_to_do(talktime: Talktime) -> None:
    result = talktime("--format", "jsonl")
    assert "a FILE is needed, or --watch DIR" in result.stderr
    assert result.exit_code == 2


def test_lines_name_their_tenants_so_no_column_can(tmp_path: Path, talktime: Talktime) -> None:
    mapping = write(tmp_path, 'tenant = { column = "x" }', "mapping.toml")
    result = talktime(write(tmp_path, ""), "--format", "jsonl", "--mapping", mapping, "--dry-run")
    assert "its lines name their tenants" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(None, "cannot be opened: Is a directory", id="a folder"),
        pytest.param(b"", "is empty: a header line", id="empty"),
        pytest.param(b"a,b\n1,2\n", "has no column UsageId, Call Type", id="another file"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0", "header should be, is not UTF-8", id="a picture"),
        pytest.param(b"PK\x03\x04\0\0", "is a ZIP that cannot be read", id="half a ZIP"),
        pytest.param("a,b".encode("utf-32"), "is UTF-32; save it as UTF-8", id="UTF-32"),
    ],
)
def test_an_unusable_file_is_refused_without_server_or_settings(
    tmp_path: Path, content: bytes | None, complaint: str, talktime: Talktime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TALKTIME_KAFKA_BOOTSTRAP_SERVERS", raising=False)
    file = tmp_path / "calls.csv"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    result = talktime(file, "--format", "teams-pstn", "--tenant", "contoso", "--json")
    assert complaint in result.stderr
    assert (result.exit_code, result.stdout) == (2, "")
