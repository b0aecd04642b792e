"""Times: RFC 3339 text to Unix seconds and back."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S: Final = 86_400
# An offset may carry a moment out of the calendar, where no date can be made of it.
_FIRST_DAY: Final = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH).days
_LAST_DAY: Final = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).days


# The calls of a batch began within the same few minutes: most of their moments have just been read.
@lru_cache(maxsize=4096)
def unix_seconds(text: str) -> int:
    """Read a moment; fractions of a second are cut, never rounded.

    The text has passed its contract's pattern; `ValueError` when there is no such moment (30 February).
    """
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except ValueError:
        since = datetime.fromisoformat(text.upper().replace(" ", "T")) - _EPOCH
    if not _FIRST_DAY <= since.days <= _LAST_DAY:
        raise ValueError("in UTC that is outside the years 1 to 9999")
    return since.days * _DAY_S + since.seconds


def rfc3339(unix_s: int) -> str:
    """Write a moment in UTC."""
    return f"{(_EPOCH + timedelta(seconds=unix_s)).replace(tzinfo=None).isoformat()}Z"
