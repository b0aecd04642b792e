"""The week of a tariff: which rows are in force when, and where a deck leaves a gap or an overlap."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from worker.domain.tariff_row import DAY_MINUTES, TariffRow

WEEK_MINUTES: Final = 7 * DAY_MINUTES
WEEK_S: Final = WEEK_MINUTES * 60
DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Ladder = tuple[TariffRow, ...]


# The window of a row and the second of the call from which it applies: all that decides when it is in force.
Slot = tuple[int, int, int, int]


class Week(NamedTuple):
    """From second `starts_s[i]` of the week (Monday 00:00 is 0) on, `ladders[ladder_at[i]]` is in force.

    Tariffs with the same windows and steps share the first two.
    """

    starts_s: tuple[int, ...]
    ladder_at: tuple[int, ...]
    ladders: tuple[Ladder, ...]


class WeekFault(NamedTuple):
    """What makes a tariff ambiguous or incomplete: which of its rows to name, a column, and why.

    `other_index` is the row it collides with; the reason ends where that row is to be named.
    """

    row_index: int
    column: str
    reason: str
    other_index: int | None = None


def compile_week(rows: Sequence[TariffRow]) -> Week:
    """Lay out a tariff that `week_faults` found complete."""
    starts_s, ladder_at, rungs = _plan(_slots(rows))
    return Week(starts_s, ladder_at, tuple(tuple(rows[index] for index in rung) for rung in rungs))


def week_faults(rows: Sequence[TariffRow]) -> Iterator[WeekFault]:
    """Name every gap and every overlap of one tariff.

    At each moment of the week the rows in force must be a ladder of steps: one from second 0 on, and no two
    from the same second on.
    """
    clashes: set[tuple[int, int]] = set()
    gap_from: int | None = None
    incomplete: set[int] = set()
    for minute, in_force in [*_pieces(_slots(rows)), (WEEK_MINUTES, None)]:
        if in_force is not None and not in_force:
            gap_from = minute if gap_from is None else gap_from
            continue
        if gap_from is not None:
            reason = f"no price from {_moment(gap_from)} to {_moment(minute)}: the windows leave a gap"
            yield WeekFault(0, "weekdays", reason)
            gap_from = None
        if not in_force:
            continue
        if rows[in_force[0]].from_s > 0 and in_force[0] not in incomplete:
            incomplete.add(in_force[0])
            yield WeekFault(in_force[0], "from_s", "no price from second 0 on: the steps leave a gap")
        for first, second in pairwise(in_force):
            clash = (min(first, second), max(first, second))
            if rows[first].from_s == rows[second].from_s and clash not in clashes:
                clashes.add(clash)
                yield _overlap(rows, *clash, minute)


def _overlap(rows: Sequence[TariffRow], first: int, second: int, minute: int) -> WeekFault:
    if rows[first].window == rows[second].window:
        return WeekFault(second, "from_s", "is a duplicate of", first)
    return WeekFault(second, "weekdays", f"overlaps, from {_moment(minute)} on,", first)


def _slots(rows: Sequence[TariffRow]) -> tuple[Slot, ...]:
    return tuple([(*row.window, row.from_s) for row in rows])


# A deck has few patterns and many tariffs of each.
@lru_cache(64)
def _plan(slots: tuple[Slot, ...]) -> tuple[tuple[int, ...], tuple[int, ...], list[list[int]]]:
    """Give where the rows in force change, which of the ladders follows, and the ladders as indices."""
    starts_s: list[int] = []
    ladder_at: list[int] = []
    rungs: list[list[int]] = []
    for minute, in_force in _pieces(slots):
        if in_force not in rungs:
            rungs.append(in_force)
        ladder = rungs.index(in_force)
        if not ladder_at or ladder_at[-1] != ladder:
            starts_s.append(minute * 60)
            ladder_at.append(ladder)
    return tuple(starts_s), tuple(ladder_at), rungs


def _pieces(slots: Sequence[Slot]) -> list[tuple[int, list[int]]]:
    """Cut the week where a window begins or ends; give each piece's slots by the second they start from."""
    spans = [(start, end, index) for index, slot in enumerate(slots) for start, end in _spans(slot)]
    edges = sorted({0, *(span[0] for span in spans), *(span[1] for span in spans)} - {WEEK_MINUTES})
    pieces: dict[int, list[int]] = {edge: [] for edge in edges}
    for start, end, index in spans:
        for edge in edges[bisect_left(edges, start) : bisect_left(edges, end)]:
            pieces[edge].append(index)
    for in_force in pieces.values():
        in_force.sort(key=lambda index: slots[index][3])
    return list(pieces.items())


def _spans(slot: Slot) -> Iterator[tuple[int, int]]:
    """Give the minutes of the week that a window covers."""
    weekdays, from_minute, to_minute, _ = slot
    length = to_minute - from_minute
    length += DAY_MINUTES if length <= 0 else 0
    for day in range(7):
        if weekdays >> day & 1:
            start = day * DAY_MINUTES + from_minute
            yield start, min(start + length, WEEK_MINUTES)
            if start + length > WEEK_MINUTES:
                yield 0, start + length - WEEK_MINUTES


def window_text(row: TariffRow) -> str | None:
    """Say when a row is in force, as its file would: `mon-fri 08:00-18:00`; None for always."""
    if row.always:
        return None
    return f"{weekdays_text(row.weekdays)} {clock_text(row.from_minute)}-{clock_text(row.to_minute)}"


def weekdays_text(weekdays: int) -> str:
    """Write days as runs: `mon-fri`, `sat,sun`."""
    runs: list[list[int]] = []
    for day in range(7):
        if not weekdays >> day & 1:
            continue
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(_run_text(run) for run in runs)


def _run_text(run: Sequence[int]) -> str:
    if len(run) > len(("sat", "sun")):
        return f"{DAY_NAMES[run[0]]}-{DAY_NAMES[run[-1]]}"
    return ",".join(DAY_NAMES[day] for day in run)


def clock_text(minute: int) -> str:
    """Write a minute of the day: `08:00`, `24:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _moment(minute: int) -> str:
    day, minute_of_day = divmod(minute, DAY_MINUTES)
    return f"{DAY_NAMES[day % 7]} {clock_text(minute_of_day)}"
