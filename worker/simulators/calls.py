"""Calls and conferences of simulated tenants, with the mishaps of real ones."""

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from worker.simulators.deck import Destination, destinations, number_below
from worker.simulators.event import Outgoing, binary, rfc3339, structured, time_ordered_id
from worker.simulators.tenants import added_by_hand, tenant_id

USAGE: Final = "usage"
MEDIAN_CALL_S: Final = 90
LONGEST_CALL_S: Final = 7_200
LATEST_S: Final = 10 * 86_400
LEGS: Final = (2, 6)
# So many of the last records may come again.
REMEMBERED: Final = 1_000
# No deck has a tariff for them: +999 belongs to nobody.
UNPRICED: Final = Destination("outbound", "toll", "999")


@dataclass(frozen=True, slots=True)
class Shares:
    """How often something happens, each as a part of one."""

    conference: float = 0.12
    emergency: float = 0.001
    unanswered: float = 0.01
    binary_mode: float = 0.1
    duplicate: float = 0.01
    late: float = 0.01
    unpriced: float = 0.002
    bad: float = 0.002
    by_hand: float = 0.001


class Calls:
    """An endless supply of records; the same seed and moments give the same records."""

    def __init__(self, tenants: int, *, seed: int, shares: Shares | None = None) -> None:
        self._random = Random(seed)  # noqa: S311  # Numbers to be drawn again, no secrets.
        self._tenants = tenants
        self._shares = shares or Shares()
        self._calls = destinations("outbound", "inbound")
        self._legs = destinations("dial_in", "dial_out")
        self._latest: deque[Outgoing] = deque(maxlen=REMEMBERED)

    def take(self, count: int, now_s: float) -> Iterator[Outgoing]:
        """Give the next records, as published at this moment."""
        for _ in range(count):
            yield self._next(now_s)

    def _next(self, now_s: float) -> Outgoing:
        if self._latest and self._happens(self._shares.duplicate):
            return self._random.choice(self._latest)
        if self._happens(self._shares.bad):
            return self._bad(now_s)
        if self._happens(self._shares.by_hand):
            payment_id = time_ordered_id(now_s, self._random)
            return added_by_hand(self._random.randrange(self._tenants), payment_id, now_s)
        made = self._conference(now_s) if self._happens(self._shares.conference) else self._call(now_s)
        self._latest.append(made)
        return made

    def _call(self, now_s: float) -> Outgoing:
        return self._event("usage.call.v1", now_s, {**self._tenant(), **self._usage(now_s, self._calls)})

    def _conference(self, now_s: float) -> Outgoing:
        legs = [
            {"leg_id": str(number), **self._usage(now_s, self._legs)}
            for number in range(self._random.randint(*LEGS))
        ]
        about = {
            "conference_id": f"{self._random.getrandbits(64):016x}",
            "organizer_id": f"user-{self._random.randrange(40)}",
        }
        return self._event("usage.conference.v1", now_s, {**self._tenant(), **about, "legs": legs})

    def _usage(self, now_s: float, priced: list[Destination]) -> dict[str, object]:
        destination = UNPRICED if self._happens(self._shares.unpriced) else self._random.choice(priced)
        number = f"+{number_below(destination, self._random)}"
        number_type = destination.number_type
        if destination.service == "outbound" and self._happens(self._shares.emergency):
            number, number_type = "911", "emergency"
        duration_s = self._duration_s()
        ended_s = now_s - self._random.random()
        if self._happens(self._shares.late):
            ended_s -= self._random.uniform(0, LATEST_S)
        return {
            "service": destination.service,
            "rated_number": number,
            "number_type": number_type,
            "started_at": rfc3339(ended_s - duration_s),
            "duration_s": duration_s,
        }

    def _duration_s(self) -> int:
        if self._happens(self._shares.unanswered):
            return 0
        return min(LONGEST_CALL_S, math.ceil(self._random.lognormvariate(math.log(MEDIAN_CALL_S), 1)))

    def _bad(self, now_s: float) -> Outgoing:
        """Spoil a call in one of the ways that are seen in the field."""
        good = self._call(now_s)
        spoiled: Iterable[bytes] = (
            b"",
            b"<cdr/>",
            good.value[: len(good.value) // 2],
            good.value.replace(b'"duration_s":', b'"duration_s":-'),
            good.value.replace(b'"rated_number":"', b'"rated_number":"tel:'),
            good.value.replace(b'"started_at"', b'"answered_at"'),
        )
        return good._replace(value=self._random.choice(list(spoiled)))

    def _event(self, kind: str, now_s: float, data: dict[str, object]) -> Outgoing:
        write = binary if self._happens(self._shares.binary_mode) else structured
        return write(USAGE, kind, time_ordered_id(now_s, self._random), now_s, data)

    def _tenant(self) -> dict[str, object]:
        return {"tenant_id": tenant_id(self._random.randrange(self._tenants))}

    def _happens(self, share: float) -> bool:
        return self._random.random() < share
