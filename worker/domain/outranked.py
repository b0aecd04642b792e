"""Rows that surprise: a longer prefix for any service wins over a shorter one that names the service."""

from collections.abc import Iterator, Sequence

from worker.domain.tariff import NAMED_TYPES
from worker.domain.tariff_row import TariffRow

Named = dict[tuple[str, str, str], dict[str, int]]


def outranked(rows: Sequence[TariffRow]) -> Iterator[tuple[int, int]]:
    """Pair each row that names no service with one that does and that it outranks, by their places."""
    named: Named = {}
    for place, row in enumerate(rows):
        if row.service:
            named.setdefault(row.tariff_key[:3], {}).setdefault(row.prefix, place)
    if not named:
        return
    previous = None
    for place, row in enumerate(rows):
        if row.service or row.tariff_key == previous:
            continue
        previous = row.tariff_key
        loser = _loser(row, named)
        if loser is not None:
            yield place, loser


def _loser(row: TariffRow, named: Named) -> int | None:
    for (_, number_type, origin), prefixes in named.items():
        if not (_meet(row.number_type, number_type) and origin in {"", row.origin or origin}):
            continue
        for length in range(len(row.prefix), -1, -1):
            place = prefixes.get(row.prefix[:length])
            if place is not None:
                if length < len(row.prefix):
                    return place
                break
    return None


def _meet(one: str, other: str) -> bool:
    """Whether some number may be of both types, '' being any that need not be named."""
    if one and other:
        return one == other
    return (one or other) not in NAMED_TYPES
