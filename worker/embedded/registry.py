"""Where a running stack says where it is: the ready file, and a registration that every command finds."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog

from worker.embedded.cannot_start import CannotStartError
from worker.settings.stack import registry

FRESH_FOLDER: Final = "talktime-"

log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Addresses:
    """A running stack, as the ready file shows it."""

    kafka: str
    postgres: str
    metrics: str
    pid: int
    worker_pids: tuple[int, ...]
    http: str | None = None
    console: str | None = None


class Announcement:
    """The two files that tell of a stack; `temporary` marks a data folder that ends with it."""

    def __init__(
        self, folder: Path, ready_file: Path, *, temporary: bool, variables: Mapping[str, str]
    ) -> None:
        self._ready_file = ready_file
        self._registration = registry(variables) / f"{os.getpid()}.json"
        self._about: dict[str, object] = {"data": str(folder), "temporary": temporary}

    def prepare(self) -> None:
        """Remove a ready file that a killed stack left, so that nobody takes it for ours.

        Raises `CannotStartError` where none can be written.
        """
        folder = self._ready_file.parent
        if self._ready_file.is_dir():
            raise CannotStartError(f"{self._ready_file} is a folder; name a file for --ready-file")
        make_folder(folder)
        if not os.access(folder, os.W_OK):
            raise CannotStartError(f"no file can be written in {folder}; choose another --ready-file")
        about = _read(self._ready_file)
        if about is None or not _lives(about.get("pid")):
            self._ready_file.unlink(missing_ok=True)

    def publish(self, addresses: Addresses) -> None:
        """Write both files, each whole or not at all, for us alone: they hold the password."""
        document = asdict(addresses)
        _write(self._ready_file, document)
        try:
            _write(self._registration, document | self._about)
        except OSError as error:
            # A user without a home of its own can still read the ready file.
            log.warning("other commands will not find this stack", path=error.filename, why=error.strerror)

    def withdraw(self) -> None:
        """Remove both files."""
        self._ready_file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._registration.unlink(missing_ok=True)


def make_folder(folder: Path) -> Path:
    """Make a folder unless it is there; return it as an absolute path."""
    found = folder.expanduser().resolve()
    try:
        found.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStartError(f"{found} cannot be a folder: {error.strerror}; choose another") from None
    return found


def fresh_folder() -> Path:
    """Make a data folder that is thrown away at the end; any server's user may pass through it."""
    folder = Path(tempfile.mkdtemp(prefix=FRESH_FOLDER))
    folder.chmod(0o711)
    return folder


def forget_dead(variables: Mapping[str, str]) -> None:
    """Remove what stacks left behind that were killed before they could tidy up."""
    for registration in registry(variables).glob("*.json"):
        about = _read(registration)
        if about is None or _lives(about.get("pid")):
            continue
        registration.unlink(missing_ok=True)
        folder = Path(str(about.get("data")))
        if about.get("temporary") is True and folder.name.startswith(FRESH_FOLDER):
            shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> dict[str, object] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _lives(pid: object) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        # It lives and belongs to somebody else.
        return True
    return True


def _write(path: Path, document: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)
