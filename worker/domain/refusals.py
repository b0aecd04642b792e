"""The limit on refused records: a misconfigured producer must not drain a topic into the dead letters."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

# A single tenant counts at most this share of the limit: one customer's mistake stops nobody else.
TENANT_SHARE: Final = 5


class Refused(NamedTuple):
    """Where a refused record stood, and its key (no key is one tenant)."""

    offset: int
    key: bytes | None


class RefusalLimit(NamedTuple):
    """The limit, and how many of a partition's latest offsets are looked at."""

    most: int
    window: int


def latest(refused: Iterable[Refused], next_offset: int, limit: RefusalLimit) -> tuple[Refused, ...]:
    """Keep the refusals of a partition's latest offsets; what is read again counts once."""
    window = range(next_offset - limit.window, next_offset)
    return tuple(one for one in dict.fromkeys(refused) if one.offset in window)


def limit_passed(
    refused: Iterable[Refused], first_offset: int, next_offset: int, limit: RefusalLimit
) -> bool:
    """Say whether more than `most` were refused, and more than half of what was seen."""
    recent = latest(refused, next_offset, limit)
    by_tenant = Counter(one.key for one in recent)
    counted = sum(min(count, limit.most // TENANT_SHARE) for count in by_tenant.values())
    seen = min(limit.window, next_offset - first_offset)
    return counted > limit.most and 2 * len(recent) > seen
