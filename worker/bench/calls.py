"""Calls: the events of a busy platform, all of which can be charged."""

import time
from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple

from worker.codec.times import rfc3339

SOURCE: Final = "/bench"
HEADERS: Final = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
LONGEST_CALL_S: Final = 600
NUMBER_DIGITS: Final = 12
# People call the same numbers again.
NUMBERS: Final = 20_000
# How long a moment counts as now: writing it anew for every event would be most of the work.
MOMENT_EVENTS: Final = 5_000

EVENT: Final = (
    '{"specversion":"1.0","id":"%s","source":"%s","type":"talktime.usage.call.v1","time":"%s",'
    '"datacontenttype":"application/json","data":{"tenant_id":"%s","service":"outbound","rated_number":"+%s",'
    '"number_type":"toll","started_at":"%s","duration_s":%d}}'
)


class Call(NamedTuple):
    """One event, ready to be sent; the tenant's id is its record key."""

    tenant_id: str
    value: bytes


class Calls:
    """An endless supply of calls, each of its own id, that have just ended; the same seed, the same calls."""

    def __init__(
        self, tenants: Sequence[str], prefixes: Sequence[str], *, seed: int, random_ids: bool = False
    ) -> None:
        self._random = Random(seed)  # noqa: S311  # Numbers to be drawn again, not secrets.
        self.tenants = tenants
        self._random_ids = random_ids
        self._numbers = [self._number(self._random.choice(prefixes)) for _ in range(NUMBERS)]
        self._left = 0
        self._moment_ms = ""
        self._moments: list[str] = []

    def take(self) -> Call:
        """Make the next call, of any tenant."""
        random = self._random.random
        return self.take_of(self.tenants[int(random() * len(self.tenants))])

    def take_of(self, tenant_id: str) -> Call:
        """Make the next call of one tenant."""
        if not self._left:
            self._look_at_the_clock()
        self._left -= 1
        random, bits = self._random.random, self._random.getrandbits
        duration_s = 1 + int(random() * LONGEST_CALL_S)
        number = self._numbers[int(random() * NUMBERS)]
        # Time-ordered ids (UUID version 7), as platforms are told to use.
        tail = f"{bits(72):018x}"
        moment_ms = self._moment_ms
        if self._random_ids:
            head = f"{bits(48):012x}"
            moment_ms = f"{head[:8]}-{head[8:]}"
        event_id = f"{moment_ms}-7{tail[:3]}-a{tail[3:6]}-{tail[6:]}"
        moments = self._moments
        text = EVENT % (event_id, SOURCE, moments[0], tenant_id, number, moments[duration_s], duration_s)
        return Call(tenant_id, text.encode())

    def _number(self, prefix: str) -> str:
        return prefix + "".join(self._random.choices("0123456789", k=NUMBER_DIGITS - len(prefix)))

    def _look_at_the_clock(self) -> None:
        self._left = MOMENT_EVENTS
        now_s = time.time()
        digits = f"{int(now_s * 1000):012x}"
        self._moment_ms = f"{digits[:8]}-{digits[8:]}"
        self._moments = [rfc3339(int(now_s) - ago_s) for ago_s in range(LONGEST_CALL_S + 1)]
