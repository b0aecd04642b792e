"""Spans of statements: the seconds in which their entries were booked."""

from typing import Final, NamedTuple

from worker.domain.calendar import Timezones, month_begins_s, month_of, next_month_s

# Batches that began in a month may end a little after it, and clocks differ: until then it may still grow.
SETTLED_AFTER_S: Final = 300
# So long before a month begins in UTC, the month before it is under way in every zone.
_INSIDE_THE_MONTH_BEFORE_S: Final = 10 * 86_400


class Span(NamedTuple):
    """The seconds in which a statement's entries were booked; the last is excluded."""

    from_s: int
    to_s: int


ALWAYS: Final = Span(-(1 << 62), 1 << 62)


def month_span(timezones: Timezones, month: int) -> Span:
    """Give the seconds of a local month (as 202603), whatever zones the account has had."""
    begins_s = next_month_s(timezones, month_begins_s("UTC", month) - _INSIDE_THE_MONTH_BEFORE_S)
    return Span(begins_s, next_month_s(timezones, begins_s))


def is_settled(span: Span, now_s: int) -> bool:
    """Say whether everything that belongs in a span has been booked."""
    return span.to_s + SETTLED_AFTER_S <= now_s


def is_ahead(timezones: Timezones, month: int, now_s: int) -> bool:
    """Say whether a month has not begun yet."""
    return month > month_of(timezones, now_s)
