import re
from typing import Final

from tests.tidy.tree import ROOT, project_files, text
from worker.settings.topics import Topics

ROOT_HOLDS: Final = re.compile(
    r"worker|schemas|deploy|tests|pyproject\.toml|docker-compose\.yml|README\.md|LICENSE|CHANGELOG\.md"
    r"|Makefile|requirements(-dev|-build)?\.lock|\.ci|\.dockerignore|\.editorconfig|\.gitignore|\.yamllint\.yaml"
)
# The brackets keep these lines from finding themselves.
OF_ONE_MACHINE: Final = re.compile(
    r"(?<![\w.$})-])/(?:[w]ork|[h]ome|[r]oot|[U]sers|[w]orkspace)/\w"
    r"|[p]ypi\.|pythonh[o]sted|npm[j]s\.|gol[a]ng\.org/|m[a]ven\.org|debi[a]n\.org"
)
UNFINISHED: Final = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X]|raise NotImplemented[E]rror)\b")
DOCUMENT: Final = re.compile(r"(?<![\w*/{])([\w./-]+\.md)\b")


def findings(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number} {line.strip()[:100]}"
        for path in project_files()
        for number, line in enumerate(text(path).splitlines(), start=1)
        if pattern.search(line)
    ]


def test_the_root_holds_only_what_a_reader_looks_for_there() -> None:
    strange = {path.parts[0] for path in project_files() if not ROOT_HOLDS.fullmatch(path.parts[0])}

    assert strange == set()


def test_nothing_names_a_machine_or_the_place_a_package_came_from() -> None:
    assert findings(OF_ONE_MACHINE) == []


def test_nothing_is_left_unfinished() -> None:
    assert findings(UNFINISHED) == []


def test_every_document_that_is_named_exists() -> None:
    missing = [
        f"{path}: {name}"
        for path in project_files()
        if path.suffix in {".py", ".md", ".sql", ".yml", ".yaml", ".toml", ".json"}
        for name in DOCUMENT.findall(text(path))
        if not ((ROOT / path).parent / name).exists() and not (ROOT / name).exists()
    ]

    assert missing == []


def test_every_file_ends_with_one_line_feed() -> None:
    ragged = [
        str(path)
        for path in project_files()
        if path.suffix in {".py", ".sql", ".yml", ".yaml", ".toml", ".md"}
        and text(path)
        and (not text(path).endswith("\n") or text(path).endswith("\n\n"))
    ]

    assert ragged == []


def test_the_page_on_topics_names_each_of_them() -> None:
    page = (ROOT / "deploy/kafka/topics.md").read_text(encoding="utf-8")
    topics = Topics()

    rows = re.findall(r"^\| `(talktime\.[a-z-]+)` \|", page, re.MULTILINE)

    assert sorted(rows) == sorted([*topics.read, *topics.written])
