"""Chains: the entry of a usage, the revisions that stand behind it, and which of them is its live charge.

All of them stand in the usage's day under its source's number; the n-th revision has a key made of the
usage's own key and n. Odd revisions return the charge before them, even ones charge again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid5

from worker.domain.entry import Entry, EntryText, Line


class ChainKey(NamedTuple):
    """What finds a usage's chain; the same identity on another day is another usage."""

    day: date
    source_number: int
    account_id: int
    event_key: str


class Booked(NamedTuple):
    """An entry with its lines and its texts."""

    entry: Entry
    lines: tuple[Line, ...] = ()
    text: EntryText | None = None


Chain = Sequence[Booked]


def live_charge(chain: Chain) -> Booked | None:
    """Give the last charge that was not returned; None after a void, which ends a chain for ever."""
    return chain[-1] if len(chain) % 2 else None


def revision_key(event_key: str, number: int) -> str:
    """Make the key of a usage's n-th revision; the usage itself is number 0."""
    return str(uuid5(UUID(event_key), str(number))) if number else event_key


def chain_key(entry: Entry) -> ChainKey:
    """Name the chain that begins with the entry of a usage."""
    return ChainKey(entry.day, entry.source_number, entry.account_id, entry.event_key)


def join(entries: Iterable[Entry], lines: Iterable[Line], texts: Iterable[EntryText]) -> list[Booked]:
    """Put entries together with their lines, in order, and their texts."""
    lines_of: dict[ChainKey, list[Line]] = {}
    for line in lines:
        key = ChainKey(line.day, line.source_number, line.account_id, line.event_key)
        lines_of.setdefault(key, []).append(line)
    text_of = {
        ChainKey(text.day, text.source_number, text.account_id, text.event_key): text for text in texts
    }
    return [
        Booked(entry, tuple(sorted(lines_of.get(key, ()), key=_place)), text_of.get(key))
        for entry, key in ((entry, chain_key(entry)) for entry in entries)
    ]


def in_order(key: ChainKey, booked: Mapping[ChainKey, Booked]) -> Iterator[Booked]:
    """Walk a chain from the usage's own entry on, as far as it goes."""
    number = 0
    while (one := booked.get(key._replace(event_key=revision_key(key.event_key, number)))) is not None:
        yield one
        number += 1


def _place(line: Line) -> tuple[int, int]:
    return line.part, line.line
