"""Delays: from the moments at which something was sent to those at which its effect was seen."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Sent(NamedTuple):
    """An event on its way: where the broker put it, and when it was handed to the producer."""

    partition: int
    offset: int
    at_s: float


class Sighting(NamedTuple):
    """A partition's next offset, as first seen at a moment."""

    next_offset: int
    at_s: float


def commit_delays(sent: Iterable[Sent], seen: Mapping[int, Sequence[Sighting]]) -> list[float]:
    """Give the seconds from sending each event to the first sight of a read position beyond it.

    Raises `LookupError` for an event that no position ever passed.
    """
    delays = []
    for event in sent:
        sightings = seen.get(event.partition, ())
        # Positions only rise, so the first one beyond the offset is the moment of its commit.
        place = bisect_right(sightings, event.offset, key=_next_offset)
        if place == len(sightings):
            raise LookupError(f"offset {event.offset} of partition {event.partition} was never passed")
        delays.append(sightings[place].at_s - event.at_s)
    return delays


def percentile(values: Iterable[float], share: float) -> float:
    """Give the smallest value that at least this share of all values does not exceed (nearest rank)."""
    ranked = sorted(values)
    rank = max(1, -int(-len(ranked) * share // 1))
    return ranked[rank - 1]


def _next_offset(sighting: Sighting) -> int:
    return sighting.next_offset
