"""The tenant's calendar: local days and months, also where the timezone was changed.

A changed timezone holds from the next month of the old one, so a month is one stretch of time whatever
changed. `timezones` is an account's current zone and those before it.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

# Every offset from UTC that counts today is a multiple of this, so no month turns inside one.
STEP_S: Final = 900
MONTHS: Final = 12
# Two days inside what `datetime` can express, so that every zone has a date for it.
_FIRST_S: Final = -62_135_424_000
_LAST_S: Final = 253_402_127_999


class Timezones(NamedTuple):
    """The zone in force last, and those before it as `zone@end zone@end`, ends in Unix seconds, ascending."""

    current: str
    former: str = ""


def zone_at(timezones: Timezones, moment_s: int) -> str:
    """Name the zone that holds at a moment."""
    if not timezones.former:
        return timezones.current
    zones, ends = _former(timezones.former)
    position = bisect_right(ends, moment_s)
    return zones[position] if position < len(zones) else timezones.current


def zones_between(timezones: Timezones, from_s: int, to_s: int) -> tuple[str, ...]:
    """Name the zones that hold from one moment to another, in their order; the last moment is excluded."""
    _, ends = _former(timezones.former) if timezones.former else ((), ())
    moments = (from_s, *(end for end in ends if from_s < end < to_s))
    return tuple(dict.fromkeys(zone_at(timezones, moment_s) for moment_s in moments))


def changed_zone(timezones: Timezones, zone: str, now_s: int) -> Timezones:
    """Change the zone from the next month on; a change that has not begun yet is replaced."""
    zones, ends = _former(timezones.former) if timezones.former else ((), ())
    kept = [(name, end) for name, end in zip(zones, ends, strict=True) if end <= now_s]
    in_force = zone_at(timezones, now_s)
    if zone == in_force:
        return Timezones(zone, _written(kept))
    # The months up to now stay as they were, so the next one begins by the old zone.
    before = Timezones(in_force, _written(kept))
    return Timezones(zone, _written([*kept, (in_force, next_month_s(before, now_s))]))


def month_of(timezones: Timezones, moment_s: int) -> int:
    """Give the local month of a moment, as 202603."""
    return _month(zone_at(timezones, moment_s), moment_s // STEP_S)


def day_number(timezones: Timezones, moment_s: int) -> int:
    """Number the local day of a moment; days follow each other by 1."""
    return _local(zone_at(timezones, moment_s), moment_s).toordinal()


def next_month_s(timezones: Timezones, moment_s: int) -> int:
    """Give the second at which the month after a moment's begins."""
    month = month_of(timezones, moment_s)
    while month_of(timezones, moment_s) == month:
        moment_s = month_begins_s(zone_at(timezones, moment_s), _following(moment_s, timezones))
    return moment_s


def months_between(timezones: Timezones, first_s: int, last_s: int) -> Iterator[tuple[int, int]]:
    """Name the months from one moment to another, each with its first second there."""
    while first_s <= last_s:
        yield month_of(timezones, first_s), first_s
        first_s = next_month_s(timezones, first_s)


def next_day_s(timezones: Timezones, moment_s: int) -> int:
    """Give the second at which the local day after a moment's begins."""
    zone = zone_at(timezones, moment_s)
    tomorrow = datetime.fromordinal(_local(zone, moment_s).toordinal() + 1)
    return _second(tomorrow, zone)


def month_begins_s(zone: str, month: int) -> int:
    """Give the first second of a month (as 202603) in a zone."""
    return _second(datetime(month // 100, month % 100, 1), zone)  # noqa: DTZ001 -- the zone is added


def after_month(month: int) -> int:
    """Give the month after one, as 202603."""
    return month + 1 if month % 100 < MONTHS else month + 89


def _following(moment_s: int, timezones: Timezones) -> int:
    return after_month(_month(zone_at(timezones, moment_s), moment_s // STEP_S))


def _local(zone: str, moment_s: int) -> datetime:
    within_s = min(max(moment_s, _FIRST_S), _LAST_S)
    return datetime.fromtimestamp(within_s, UTC).astimezone(ZoneInfo(zone))


def _second(wall: datetime, zone: str) -> int:
    # A wall time that a clock change skips is read by the offset before it: the moment of the change.
    return int(wall.replace(tzinfo=ZoneInfo(zone)).timestamp())


@lru_cache(maxsize=65_536)
def _month(zone: str, step: int) -> int:
    local = _local(zone, step * STEP_S)
    return local.year * 100 + local.month


@lru_cache(maxsize=4096)
def _former(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    parts = [part.rpartition("@") for part in text.split()]
    return tuple(zone for zone, _, _ in parts), tuple(int(end) for _, _, end in parts)


def _written(former: list[tuple[str, int]]) -> str:
    return " ".join(f"{zone}@{end}" for zone, end in former)
