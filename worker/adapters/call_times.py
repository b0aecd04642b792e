"""Times of calls as CDR files write them, to Unix seconds."""

import re
import time
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from worker.adapters.outcome import Rejected, show

# ISO 8601 as servers write it: `T` or a space, seven-digit fractions, a space before the offset.
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:[.,][0-9]{1,9})?"
    r" ?(?:([Zz])|([+-])([01][0-9]|2[0-3]):?([0-5][0-9]))?",
    re.ASCII,
)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_DAY_S: Final = 86_400
_LAST_S: Final = (date(9999, 12, 31).toordinal() - _EPOCH_DAY) * _DAY_S


def read_time(text: str, zone: ZoneInfo | None) -> int | Rejected:
    """Read a time exactly, its fraction cut; a time without an offset is local to `zone`, or UTC."""
    found = _TIME.fullmatch(text)
    if found is None:
        return Rejected(f"{show(text)} is not a time like 2026-01-31T23:59:59Z")
    day, hour, minute, second, utc, sign, offset_hours, offset_minutes = found.groups()
    try:
        midnight_s = _midnight_s(day)
    except ValueError:
        return Rejected(f"{show(text)} is no day of the calendar")
    clock = int(hour) * 3600 + int(minute) * 60 + int(second)
    if sign:
        offset_s = int(offset_hours) * 3600 + int(offset_minutes) * 60
        seconds = midnight_s + clock + (-offset_s if sign == "+" else offset_s)
    elif utc or zone is None:
        seconds = midnight_s + clock
    else:
        local_s = _from_local(midnight_s + clock, zone)
        if local_s is None:
            return Rejected(f"{show(text)} happens twice or never in {zone.key}, where the clock changes")
        seconds = local_s
    if not 0 <= seconds < _LAST_S:
        return Rejected(f"{show(text)} is before 1970 or after 9998")
    return seconds


@lru_cache(maxsize=1024)
def _midnight_s(day: str) -> int:
    return (date.fromisoformat(day).toordinal() - _EPOCH_DAY) * _DAY_S


def _from_local(wall_clock_s: int, zone: ZoneInfo) -> int | None:
    """Undo the zone's offset; None for an hour that the clocks repeat or leave out."""
    if not 0 <= wall_clock_s < _LAST_S:
        return wall_clock_s
    local = datetime.fromtimestamp(wall_clock_s, UTC).replace(tzinfo=zone)
    offset = local.utcoffset()
    if offset is None or offset != local.replace(fold=1).utcoffset():
        return None
    return wall_clock_s - int(offset.total_seconds())


def write_time(seconds: int) -> str:
    """Write Unix seconds as RFC 3339 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
