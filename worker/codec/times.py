"""Times: RFC 3339 text to Unix seconds and back."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S: Final = 86_400


def unix_seconds(text: str) -> int:
    """Read a moment; fractions of a second are cut, never rounded.

    The text has passed its contract's pattern; `ValueError` when there is no such moment (30 February).
    """
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except ValueError:
        since = datetime.fromisoformat(text.upper().replace(" ", "T")) - _EPOCH
    return since.days * _DAY_S + since.seconds


def rfc3339(unix_s: int) -> str:
    """Write a moment in UTC."""
    return f"{(_EPOCH + timedelta(seconds=unix_s)).replace(tzinfo=None).isoformat()}Z"
