"""CDR files as text: plain or in a ZIP, UTF-8 or UTF-16 by their byte order mark, line by bounded line."""

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final, NamedTuple, TypeAlias, cast

from worker.adapters.outcome import Rejected

# A record on Kafka holds at most as much, so nothing longer could be published.
MAX_LINE_CHARACTERS: Final = 1_048_576

UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_32_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

# What reading a ZIP raises when its bytes are damaged, besides OSError.
# Of a first member, or of an archive without one.
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError)

NumberedLines: TypeAlias = Iterator[tuple[int, str | Rejected]]


class UnusableFileError(Exception):
    """The whole file cannot be read; the message says why and what is allowed."""


class CdrFile(NamedTuple):
    """An open file: its text, and how far it has been read, in bytes of `size`."""

    text: io.TextIOWrapper
    raw: IO[bytes]
    size: int


@contextmanager
def open_cdr_file(path: Path, suffixes: tuple[str, ...]) -> Iterator[CdrFile]:
    """Open a file, or the one file with one of the suffixes inside a ZIP."""
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(path.open("rb"))
            size = path.stat().st_size
            content = _content(raw, suffixes, stack)
            first_bytes = content.peek(4)[:4]
        except OSError as error:
            raise UnusableFileError(f"cannot be opened: {error.strerror or error}") from error
        except (*DAMAGED, RuntimeError, NotImplementedError) as error:
            raise UnusableFileError(f"is a ZIP that cannot be read: {error}") from error
        if first_bytes.startswith(UTF_32_MARKS):
            raise UnusableFileError("is UTF-32; save it as UTF-8")
        yield CdrFile(stack.enter_context(_text(content, first_bytes)), raw, size)


def _content(raw: IO[bytes], suffixes: tuple[str, ...], stack: ExitStack) -> io.BufferedReader:
    buffered = cast("io.BufferedReader", raw)
    if not buffered.peek(4).startswith(ZIP):
        return buffered
    archive = stack.enter_context(zipfile.ZipFile(raw))
    wanted = [name for name in archive.namelist() if _is_wanted(PurePosixPath(name), suffixes)]
    if len(wanted) != 1:
        names = " or ".join(f"*{suffix}" for suffix in suffixes)
        found = ", ".join(wanted[:5]) or "none"
        raise UnusableFileError(
            f"is a ZIP, which must hold exactly one file named {names}; found {found}:"
            " unpack it and publish each by itself"
        )
    # A member of a ZIP reads, peeks and closes as a buffered file does; its stub does not say so.
    return cast("io.BufferedReader", stack.enter_context(archive.open(wanted[0])))


def _is_wanted(name: PurePosixPath, suffixes: tuple[str, ...]) -> bool:
    """Leave out a Mac's resource forks, and the direct routing report that comes in the same ZIP."""
    hidden = name.name.startswith("._") or "__MACOSX" in name.parts
    return (
        name.suffix.lower() in suffixes and not hidden and not name.name.lower().startswith("directrouting")
    )


def _text(content: io.BufferedReader, first_bytes: bytes) -> io.TextIOWrapper:
    # Bytes that are no text survive until their line is known: it alone is rejected.
    if first_bytes.startswith(UTF_16_MARKS):
        return io.TextIOWrapper(content, encoding="utf-16", errors="replace", newline="\n")
    return io.TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="\n")


def number_lines(file: CdrFile) -> NumberedLines:
    """Read line by line, never more than one line's limit at a time."""
    number = 0
    try:
        while line := file.text.readline(MAX_LINE_CHARACTERS + 1):
            number += 1
            if len(line) > MAX_LINE_CHARACTERS:
                _pass_over(file.text, line)
                yield number, Rejected(f"is longer than {MAX_LINE_CHARACTERS} characters")
            else:
                yield number, _legible(line)
    except (OSError, *DAMAGED) as error:
        raise UnusableFileError(f"cannot be read after line {number}: {error}") from error


def _pass_over(text: io.TextIOWrapper, piece: str) -> None:
    while piece and not piece.endswith("\n"):
        piece = text.readline(MAX_LINE_CHARACTERS)


def _legible(line: str) -> str | Rejected:
    if "\0" in line:
        return Rejected("holds a NUL character")
    if line.isascii():
        return line
    try:
        line.encode()
    except UnicodeEncodeError:
        return Rejected("is not UTF-8")
    return Rejected("is not UTF-16") if "\N{REPLACEMENT CHARACTER}" in line else line
