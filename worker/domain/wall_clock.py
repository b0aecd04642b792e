"""Wall clocks: what the time of day is in a zone, and for how long its offset holds."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY_S: Final = 86_400
# Zones change their clock by law, at most once within so short a time.
_PROBE_S: Final = DAY_S // 4
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Two days inside what `datetime` can express; beyond it the offset stays as it was.
_FIRST_S: Final = -62_135_424_000
_LAST_S: Final = 253_402_127_999
_REMEMBERED_DAYS: Final = 4_096
_LONGEST_NAME: Final = 64
# Files beside the zones that mean something else on every machine.
_OF_A_MACHINE: Final = frozenset({"localtime", "posixrules"})


class UnknownZoneError(ValueError):
    """The name is not in the IANA time zone database."""


class WallClock:
    """The clock on the wall of one zone; it remembers the offsets of the days it was asked about."""

    __slots__ = ("_days", "_zone")

    def __init__(self, timezone: str) -> None:
        self._zone = zone(timezone)
        self._days: dict[int, tuple[tuple[int, int], ...]] = {}

    def offset(self, instant_s: int) -> tuple[int, int]:
        """Give the offset from UTC at an instant, and an instant up to which it holds (excluded)."""
        day = instant_s // DAY_S
        pieces = self._days.get(day)
        if pieces is None:
            if len(self._days) >= _REMEMBERED_DAYS:
                self._days.clear()
            pieces = self._days[day] = self._pieces(day)
        for until_s, offset_s in pieces:
            if instant_s < until_s:
                return offset_s, until_s
        raise AssertionError("the pieces of a day end with the day")

    def _pieces(self, day: int) -> tuple[tuple[int, int], ...]:
        """Cut one UTC day where the offset changes: (until, offset) in order."""
        pieces: list[tuple[int, int]] = []
        for start_s in range(day * DAY_S, (day + 1) * DAY_S, _PROBE_S):
            before_s, after_s = self._read(start_s), self._read(start_s + _PROBE_S)
            if before_s != after_s:
                pieces.append((self._change(start_s, before_s), before_s))
        return (*pieces, ((day + 1) * DAY_S, self._read((day + 1) * DAY_S - 1)))

    def _change(self, start_s: int, before_s: int) -> int:
        """Find the first second with another offset than `before_s`."""
        low_s, high_s = start_s, start_s + _PROBE_S
        while high_s - low_s > 1:
            middle_s = (low_s + high_s) // 2
            if self._read(middle_s) == before_s:
                low_s = middle_s
            else:
                high_s = middle_s
        return high_s

    def _read(self, instant_s: int) -> int:
        within_s = min(max(instant_s, _FIRST_S), _LAST_S)
        offset = (_EPOCH + timedelta(seconds=within_s)).astimezone(self._zone).utcoffset()
        return 0 if offset is None else offset // timedelta(seconds=1)


def zone(timezone: str) -> ZoneInfo:
    """Open an IANA zone by its name; `UnknownZoneError` for anything else, paths included."""
    strange = not timezone or len(timezone) > _LONGEST_NAME or timezone in _OF_A_MACHINE
    # `right/` zones count leap seconds, which Unix time does not.
    if strange or timezone.startswith(("right/", "posix/")):
        raise UnknownZoneError(f"{timezone[:_LONGEST_NAME]!r} is no IANA time zone")
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise UnknownZoneError(f"{timezone!r} is no IANA time zone, such as Europe/Berlin") from unknown
