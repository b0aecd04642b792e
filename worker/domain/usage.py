"""Usage: finished calls and conferences, decoded and valid.

These are `NamedTuple`s because the hot path makes one for every event: 0.5 microseconds each, where a frozen
dataclass costs 2.2.
"""

from typing import NamedTuple


class Leg(NamedTuple):
    """What is priced: a call, or one leg of a conference.

    `number` is digits without `+`, masked ones as trailing `*`; `origin` and `allowance` are '' when absent;
    times are Unix seconds.
    """

    service: str
    number: str
    number_type: str
    origin: str
    started_s: int
    duration_s: int
    allowance: str
    leg_id: str


class Usage(NamedTuple):
    """One usage event: its identity and its legs (a call has exactly one, with an empty `leg_id`).

    `key` is a UUID's text: the event's id when that is a canonical UUID (then `source_number` is that
    of its source), else a hash of source and id (then it is 0). `content_hash` is signed, 8 bytes wide.
    """

    tenant_id: str
    source: str
    event_id: str
    source_number: int
    key: str
    content_hash: int
    kind: int
    started_s: int
    legs: tuple[Leg, ...]
    user_id: str
    call_id: str
