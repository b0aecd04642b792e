"""Watch a folder: publish each file in it once, when it is complete."""

import asyncio
import hashlib
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

LOOK_EVERY_S: Final = 1.0

# One line for each file that was published: the folder remembers, wherever it is mounted next.
REMEMBERED: Final = ".talktime-published.jsonl"
UNFINISHED_SUFFIXES: Final = frozenset({".part", ".partial", ".filepart", ".tmp", ".crdownload", ".download"})

# Publishes one file; False when it was told to stop before the end.
PublishOne: TypeAlias = Callable[[Path], Awaitable[bool]]


class Stamp(NamedTuple):
    """What changes while a file is being written."""

    inode: int
    size: int
    changed_ns: int


class Folder:
    """A watched folder: what was published from it, and what is still growing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._published = _remembered(path / REMEMBERED)
        self._seen: dict[str, Stamp] = {}
        self._done: dict[str, Stamp] = {}

    def complete(self) -> Iterator[tuple[Path, str]]:
        """Give what has not changed since the last look and was never published, with its digest."""
        seen, self._seen = self._seen, {path.name: stamp for path, stamp in _stamps(self._path)}
        self._done = {name: stamp for name, stamp in self._done.items() if name in self._seen}
        for name, stamp in sorted(self._seen.items()):
            if seen.get(name) != stamp or self._done.get(name) == stamp:
                continue
            digest = _digest(self._path / name)
            if (name, digest) in self._published:
                self._done[name] = stamp
            elif digest:
                yield self._path / name, digest

    def remember(self, path: Path, digest: str) -> None:
        """Never publish this content under this name again, not even after a restart."""
        with (self._path / REMEMBERED).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"name": path.name, "sha256": digest}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._published.add((path.name, digest))


async def watch_folder(path: Path, publish: PublishOne, stop: asyncio.Event) -> None:
    """Publish what arrives in a folder until told to stop.

    A file that grew while it was read is another file by then, and is published again whole: what has arrived
    already is charged once.
    """
    folder = Folder(path)
    while not stop.is_set():
        for file, digest in folder.complete():
            if await publish(file):
                folder.remember(file, digest)
            if stop.is_set():
                return
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await stop.wait()
        except TimeoutError:
            continue


def _stamps(folder: Path) -> Iterator[tuple[Path, Stamp]]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.suffix.lower() in UNFINISHED_SUFFIXES:
            continue
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file() and status.st_size:
            yield path, Stamp(status.st_ino, status.st_size, status.st_mtime_ns)


def _digest(path: Path) -> str:
    """Digest a file's bytes; '' for one that has just gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _remembered(path: Path) -> set[tuple[str, str]]:
    """Read what was published; a line cut off by a crash only costs publishing a file again."""
    published = set()
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                try:
                    entry = json.loads(line)
                    published.add((str(entry["name"]), str(entry["sha256"])))
                except (ValueError, KeyError, TypeError):
                    continue
    except FileNotFoundError:
        pass
    return published
