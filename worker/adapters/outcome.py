"""What becomes of one line of a CDR file: an event, or the reason why there is none."""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from worker.domain.masking import mask_number

SHOWN_CHARACTERS = 16


class Event(NamedTuple):
    """A structured CloudEvent, ready to publish; `key` is its tenant, or None when it names none."""

    key: bytes | None
    value: bytes


class Skipped(NamedTuple):
    """A line that nobody pays for."""

    reason: str


class Rejected(NamedTuple):
    """A line that cannot become an event; the reason names the column and never shows a whole value."""

    reason: str


Outcome: TypeAlias = Event | Skipped | Rejected

# Line numbers are those of the file as an editor shows them; the header is line 1.
Outcomes: TypeAlias = Iterator[tuple[int, Outcome]]


def show(value: str) -> str:
    """Show enough of a value to find it in the file, and too little to be personal data."""
    return f'"{mask_number(value[:SHOWN_CHARACTERS])}"'
