"""CSV records that resume after a broken one: a bad quote costs its own line, never the lines below."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from worker.adapters.cdr_file import NumberedLines, UnusableFileError
from worker.adapters.outcome import Rejected

# Below the csv module's own limit for a field, so that limit, which is one for all, is never met.
MAX_RECORD_CHARACTERS: Final = 65_536
MAX_LINES_IN_RECORD: Final = 64
DELIMITERS: Final = (",", ";", "\t")

Records: TypeAlias = Iterator[tuple[int, list[str] | Rejected]]


class Table(NamedTuple):
    """A header and the records below it."""

    header: list[str]
    records: Records


def read_table(lines: NumberedLines) -> Table:
    """Read the header, find the delimiter by it, and give the records as they are asked for."""
    for number, line in lines:
        if isinstance(line, Rejected):
            raise UnusableFileError(f"line {number}, where the header should be, {line.reason}")
        if line.strip():
            delimiter = max(DELIMITERS, key=line.count)
            header = _cells([line], delimiter)
            if header is None:
                raise UnusableFileError(f"line {number}, the header, has a quote that never closes")
            names = [cell.strip() for cell in header]
            return Table(names, _records(lines, delimiter, len(names)))
    raise UnusableFileError("is empty: a header line with column names is needed")


def _records(lines: NumberedLines, delimiter: str, width: int) -> Records:
    waiting: deque[tuple[int, str | Rejected]] = deque()
    while (first := _take(waiting, lines)) is not None:
        number, line = first
        if isinstance(line, Rejected):
            yield number, line
        elif line.strip():
            pieces, held = _until_quotes_close(line, waiting, lines)
            cells = _cells(pieces, delimiter)
            if cells is not None and len(cells) == width:
                yield number, cells
            else:
                # The lines that an open quote had drawn in are records of their own after all.
                waiting.extendleft(reversed(held))
                yield number, _flaw(cells, width)


def _take(
    waiting: deque[tuple[int, str | Rejected]], lines: NumberedLines
) -> tuple[int, str | Rejected] | None:
    return waiting.popleft() if waiting else next(lines, None)


def _until_quotes_close(
    line: str, waiting: deque[tuple[int, str | Rejected]], lines: NumberedLines
) -> tuple[list[str], list[tuple[int, str | Rejected]]]:
    pieces = [line]
    held: list[tuple[int, str | Rejected]] = []
    quotes, characters = line.count('"'), len(line)
    while quotes % 2 and len(held) < MAX_LINES_IN_RECORD and characters <= MAX_RECORD_CHARACTERS:
        following = _take(waiting, lines)
        if following is None:
            break
        held.append(following)
        if isinstance(following[1], Rejected):
            break
        pieces.append(following[1])
        quotes += following[1].count('"')
        characters += len(following[1])
    return pieces, held


def _cells(pieces: list[str], delimiter: str) -> list[str] | None:
    """Split one record; None when its quotes are not those of RFC 4180, or it is too long."""
    if sum(map(len, pieces)) > MAX_RECORD_CHARACTERS:
        return None
    if len(pieces) == 1 and '"' not in pieces[0]:
        return pieces[0].rstrip("\r\n").split(delimiter)
    try:
        records = list(csv.reader(pieces, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _flaw(cells: list[str] | None, width: int) -> Rejected:
    if cells is None:
        return Rejected(
            "has a quote that never closes or stands inside a text, or more than"
            f" {MAX_RECORD_CHARACTERS} characters"
        )
    return Rejected(f"has {len(cells)} columns where the header has {width}")
