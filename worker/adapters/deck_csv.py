"""Rate decks as CSV: the whole file is read and checked before anything of it is believed."""

import io
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from worker.adapters.cdr_file import UnusableFileError
from worker.adapters.csv_records import Table, read_table
from worker.adapters.deck_csv_columns import COLUMN_NAMES, COLUMNS
from worker.adapters.deck_csv_tariffs import DeckFault, NumberedRow, check_tariffs
from worker.adapters.outcome import Rejected
from worker.domain.tariff_row import DAY_MINUTES, TariffRow

LARGEST_FILE_BYTES: Final = 256 * 1024 * 1024
MOST_ROWS: Final = 1_000_000
PROGRESS_LINES: Final = 5_000

_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


class DeckFile(NamedTuple):
    """A deck's rows in canonical order, and what its owner should look at twice."""

    rows: list[TariffRow]
    warnings: list[DeckFault]


def read_deck(
    content: bytes, progress: Callable[[int], object] = lambda _lines: None
) -> DeckFile | list[DeckFault]:
    """Read a deck, or name every bad line; `progress` hears now and then how many lines are read."""
    try:
        table = read_table(_lines(content))
    except UnusableFileError as error:
        return [DeckFault(1, "", str(error))]
    faults = list(_header_faults(table.header))
    if faults:
        return faults
    spoilt: set[tuple[str, ...]] = set()
    rows = list(_read_rows(table, faults, spoilt, progress))
    if not rows and not faults:
        return [DeckFault(1, "", "holds no row below its header")]
    checked = check_tariffs(rows, spoilt)
    faults += checked.faults
    # Within a line they stay in the order of its columns and of the week.
    return sorted(faults, key=attrgetter("line")) if faults else DeckFile(checked.rows, checked.warnings)


def _lines(content: bytes) -> Iterator[tuple[int, str | Rejected]]:
    if len(content) > LARGEST_FILE_BYTES:
        raise UnusableFileError(f"is larger than {LARGEST_FILE_BYTES} bytes")
    if content.startswith(_UTF_16_MARKS) or b"\0" in content[:4]:
        raise UnusableFileError("is UTF-16: save it as `CSV UTF-8`")
    # Bytes that are no text survive until their line is known.
    text = content.decode("utf-8-sig", errors="surrogateescape")
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if line.isascii():
            yield number, line
            continue
        try:
            line.encode()
        except UnicodeEncodeError:
            yield number, Rejected("is not UTF-8")
        else:
            yield number, line


def _header_faults(header: Sequence[str]) -> Iterator[DeckFault]:
    for place, name in enumerate(header):
        if name not in COLUMN_NAMES:
            yield DeckFault(1, name, f"is an unknown column; known are {', '.join(COLUMN_NAMES)}")
        elif name in header[:place]:
            yield DeckFault(1, name, "stands in the header twice")
    for column in COLUMNS:
        if column.required and column.name not in header:
            yield DeckFault(1, column.name, "is missing from the header")


def _read_rows(
    table: Table,
    faults: list[DeckFault],
    spoilt: set[tuple[str, ...]],
    progress: Callable[[int], object],
) -> Iterator[NumberedRow]:
    """Give the good rows; what is wrong goes to `faults`, the tariffs that miss a row for it to `spoilt`."""
    places = [table.header.index(name) if name in table.header else None for name in COLUMN_NAMES]
    count = 0
    for number, cells in table.records:
        if number % PROGRESS_LINES == 0:
            progress(number)
        if isinstance(cells, Rejected):
            faults.append(DeckFault(number, "", cells.reason))
            continue
        texts = ["" if place is None else cells[place].strip() for place in places]
        if not any(texts):
            continue
        count += 1
        if count > MOST_ROWS:
            faults.append(DeckFault(number, "", f"is more than {MOST_ROWS} rows"))
            return
        read = _read_row(texts, number)
        if isinstance(read, TariffRow):
            yield NumberedRow(read, number)
        else:
            faults.extend(read)
            spoilt.add(tuple(texts[:4]))


def _read_row(texts: Sequence[str], number: int) -> TariffRow | list[DeckFault]:
    faults = []
    values = []
    for column, text in zip(COLUMNS, texts, strict=True):
        if text:
            try:
                values.append(column.read(text))
            except ValueError as wrong:
                faults.append(DeckFault(number, column.name, str(wrong)))
        elif column.required:
            faults.append(DeckFault(number, column.name, "is required"))
        else:
            values.append(column.empty)
    if faults:
        return faults
    from_minute, to_minute = values[11:13]
    if from_minute is None and to_minute is None:
        values[11:13] = 0, DAY_MINUTES
    elif from_minute is None or to_minute is None:
        return [DeckFault(number, "to_time", "from_time and to_time go together: give both or neither")]
    elif from_minute == to_minute:
        return [DeckFault(number, "to_time", "is the same as from_time: for the whole day leave both empty")]
    elif from_minute == DAY_MINUTES:
        return [DeckFault(number, "from_time", "is the end of the day: 24:00 is for to_time")]
    return TariffRow._make(values)
