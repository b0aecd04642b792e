"""The tariffs of a deck's file: each complete and unambiguous, or its lines named."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from worker.domain.outranked import outranked
from worker.domain.tariff_row import DAY_MINUTES, TariffRow, canonical_order
from worker.domain.week import week_faults

# Finding gaps and overlaps takes the square of it.
MOST_ROWS_A_TARIFF: Final = 500


class DeckFault(NamedTuple):
    """What is wrong with a deck, or odd: the line of the file (0: none of them), the column, the reason."""

    line: int
    column: str
    reason: str


class NumberedRow(NamedTuple):
    """A row and the line of the file that it stands on."""

    row: TariffRow
    line: int


class CheckedRows(NamedTuple):
    """Rows in canonical order, and what was found while looking at them together."""

    rows: list[TariffRow]
    faults: list[DeckFault]
    warnings: list[DeckFault]


def check_tariffs(numbered: Sequence[NumberedRow], spoilt: set[tuple[str, ...]]) -> CheckedRows:
    """Check every tariff as a whole; one of which a row could not be read (`spoilt`), only for overlaps."""
    faults: list[DeckFault] = []
    warnings: list[DeckFault] = []
    kept: list[NumberedRow] = []
    for key, group in groupby(sorted(numbered, key=_canonically), key=lambda one: one.row.tariff_key):
        tariff = list(group)
        if len(tariff) > 1 or not _is_flat(tariff[0].row):
            whole = key not in spoilt
            found = list(_tariff_faults(tariff, whole=whole))
            by_day = _by_calendar_day(tariff) if found else tariff
            if by_day is not tariff and not list(_tariff_faults(by_day, whole=whole)):
                reason = "crosses midnight, and its tariff is complete only if it is cut there: read so"
                line = next(one.line for one in tariff if one.row.crosses_midnight)
                warnings.append(DeckFault(line, "weekdays", reason))
                tariff = by_day
            else:
                faults += found
        kept += tariff
    if not faults:
        warnings += _outranked(kept)
    return CheckedRows([one.row for one in kept], faults, sorted(warnings))


def _canonically(numbered: NumberedRow) -> tuple[str, str, str, str, int, int, int, int]:
    return canonical_order(numbered.row)


def _is_flat(row: TariffRow) -> bool:
    return row.always and row.from_s == 0


def _tariff_faults(tariff: Sequence[NumberedRow], *, whole: bool) -> Iterator[DeckFault]:
    """Name gaps and overlaps; a tariff that is not here as a whole has gaps that mean nothing."""
    if len(tariff) > MOST_ROWS_A_TARIFF:
        yield DeckFault(tariff[0].line, "prefix", f"has more than {MOST_ROWS_A_TARIFF} rows")
        return
    for fault in week_faults([one.row for one in tariff]):
        line = tariff[fault.row_index].line
        if fault.other_index is not None:
            # Whoever reads the file from the top meets the later line as the one that is too much.
            other, line = sorted((line, tariff[fault.other_index].line))
            yield DeckFault(line, fault.column, f"{fault.reason} line {other}")
        elif whole:
            yield DeckFault(line, fault.column, fault.reason)


def _by_calendar_day(tariff: list[NumberedRow]) -> list[NumberedRow]:
    """Cut at midnight what crosses it, so that `mon-fri 20:00-08:00` leaves Saturday morning alone.

    A window belongs to the day on which it begins, and then that deck has a gap on Monday and an overlap on
    Saturday. Where the week is complete the other way, and only then, that is what its owner meant.
    """
    if not any(one.row.crosses_midnight for one in tariff):
        return tariff
    cut = []
    for one in tariff:
        row = one.row
        if not row.crosses_midnight:
            cut.append(one)
            continue
        cut.append(NumberedRow(row._replace(to_minute=DAY_MINUTES), one.line))
        if row.to_minute:
            cut.append(NumberedRow(row._replace(from_minute=0), one.line))
    return sorted(cut, key=_canonically)


def _outranked(numbered: Sequence[NumberedRow]) -> Iterator[DeckFault]:
    for winner, loser in outranked([one.row for one in numbered]):
        below = numbered[loser]
        reason = (
            f"is empty, and its longer prefix outranks line {below.line}, which names {below.row.service}"
        )
        yield DeckFault(numbered[winner].line, "service", reason)
