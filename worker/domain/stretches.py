"""Stretches: a call walked from its first second on, cut where another row of the deck takes over."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from worker.domain.tariff import DeckVersion, Tariff
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg
from worker.domain.wall_clock import DAY_S
from worker.domain.week import WEEK_S

# Unix time began on a Thursday; weeks begin on Monday.
_EPOCH_IN_WEEK_S: Final = 3 * DAY_S
_FOR_EVER_S: Final = 1 << 62


class Stretch(NamedTuple):
    """Billable seconds in a row under one row of the deck, from second `from_s` of the call on."""

    row: TariffRow
    from_s: int
    billable_s: int


def stretches(version: DeckVersion, tariff: Tariff, leg: Leg) -> Iterator[Stretch]:
    """Walk a call from second 0 on in increments, in closed form: one stretch for as long as a row lasts.

    Each increment is of the row in force when it begins and is charged whole; the next begins where it
    ended. Nothing at all for a call of no length, or one that is short enough to be free.
    """
    duration_s = leg.duration_s
    row, until_s = in_force(version, tariff, leg.started_s, 0)
    if duration_s <= 0 or duration_s < row.free_under_s:
        return
    at_s = row.initial_s
    if at_s > 0:
        yield Stretch(row, 0, at_s)
    while at_s < duration_s:
        if at_s >= until_s:
            row, until_s = in_force(version, tariff, leg.started_s, at_s)
        ahead_s = min(until_s, duration_s) - at_s
        billable_s = -(-ahead_s // row.increment_s) * row.increment_s
        yield Stretch(row, at_s, billable_s)
        at_s += billable_s


def in_force(version: DeckVersion, tariff: Tariff, started_s: int, at_s: int) -> tuple[TariffRow, int]:
    """Give the row in force at a second of the call, and a second up to which it surely stays so."""
    if tariff.week is None:
        assert tariff.flat is not None
        return tariff.flat, _FOR_EVER_S
    starts_s, ladder_at, ladders = tariff.week
    until_s = _FOR_EVER_S
    ladder = ladders[0]
    if len(ladders) > 1:
        offset_s, offset_until_s = version.clock.offset(started_s + at_s)
        week_s = (started_s + at_s + offset_s + _EPOCH_IN_WEEK_S) % WEEK_S
        following = bisect_right(starts_s, week_s)
        ladder = ladders[ladder_at[following - 1]]
        next_s = starts_s[following] if following < len(starts_s) else WEEK_S
        until_s = min(at_s + next_s - week_s, offset_until_s - started_s)
    row = ladder[0]
    for step in ladder[1:]:
        if step.from_s > at_s:
            return row, min(until_s, step.from_s)
        row = step
    return row, until_s
