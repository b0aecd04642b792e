"""A watched folder: each complete file once, also after a restart."""

import asyncio
import os
from pathlib import Path

import pytest

from worker.cli.publish_watch import REMEMBERED, Folder, watch_folder


def look(folder: Folder) -> list[str]:
    return [path.name for path, _ in folder.complete()]


def take(folder: Folder) -> list[str]:
    taken = []
    for path, digest in folder.complete():
        folder.remember(path, digest)
        taken.append(path.name)
    return taken


def write(path: Path, text: str, at_s: int = 1) -> None:
    path.write_text(text)
    os.utime(path, (at_s, at_s))


def test_a_file_is_complete_when_it_is_the_same_at_two_looks(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    write(tmp_path / "a.csv", "1")
    assert look(folder) == []
    write(tmp_path / "a.csv", "12", at_s=2)
    assert look(folder) == []
    assert look(folder) == ["a.csv"]


def test_a_file_is_taken_once_whatever_happens_to_its_date(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    write(tmp_path / "a.csv", "1")
    assert [take(folder), take(folder), take(folder)] == [[], ["a.csv"], []]
    write(tmp_path / "a.csv", "1", at_s=2)
    assert [take(folder), take(folder)] == [[], []]


def test_a_file_with_other_content_or_another_name_is_another_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    write(tmp_path / "a.csv", "1")
    assert [take(folder), take(folder)] == [[], ["a.csv"]]
    write(tmp_path / "a.csv", "2", at_s=2)
    write(tmp_path / "b.csv", "1")
    assert [take(folder), take(folder)] == [[], ["a.csv", "b.csv"]]


def test_what_was_taken_stays_taken_after_a_restart(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "1")
    first = Folder(tmp_path)
    assert [take(first), take(first)] == [[], ["a.csv"]]
    # A crash may cut the last line off.
    with (tmp_path / REMEMBERED).open("a") as file:
        file.write('{"name": "b')
    second = Folder(tmp_path)
    assert [take(second), take(second)] == [[], []]


@pytest.mark.parametrize("name", [".hidden.csv", "a.csv.part", "a.TMP", "a.crdownload", REMEMBERED])
def test_a_file_under_a_name_for_unfinished_files_waits_for_its_real_name(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)
    write(tmp_path / name, "1")
    assert [look(folder), look(folder)] == [[], []]
    (tmp_path / name).rename(tmp_path / "real.csv")
    assert [look(folder), look(folder)] == [[], ["real.csv"]]


def test_folders_and_empty_files_are_not_taken(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "archive").mkdir()
    write(tmp_path / "a.csv", "")
    assert [look(folder), look(folder)] == [[], []]


def read(path: Path) -> str:
    return path.read_text()


async def test_a_file_that_was_not_read_to_its_end_is_taken_again(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "1")
    stop = asyncio.Event()
    taken: list[str] = []

    async def publish(path: Path) -> bool:
        taken.append(path.name)
        if len(taken) == 2:
            stop.set()
        return len(taken) == 2

    await watch_folder(tmp_path, publish, stop)
    assert taken == ["a.csv", "a.csv"]
    assert '"a.csv"' in (tmp_path / REMEMBERED).read_text()


async def test_a_file_that_grew_while_it_was_published_is_published_again(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "1")
    stop = asyncio.Event()
    taken: list[str] = []

    async def publish(path: Path) -> bool:
        taken.append(read(path))
        if len(taken) == 1:
            write(path, "12", at_s=2)
        else:
            stop.set()
        return True

    await watch_folder(tmp_path, publish, stop)
    assert taken == ["1", "12"]
