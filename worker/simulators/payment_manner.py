"""The manner of the simulated payment service: which kind of answer, how often and how soon."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from worker.simulators.event import SOURCE
from worker.simulators.payment_kinds import Kind

# Few enough that a part of one, as a float, is exact.
FATES: Final = 2**32

# Answers most requests, declines some, and leaves some unanswered.
USUAL_MIX: Final[Mapping[Kind, float]] = {
    Kind.COMPLETED: 83,
    Kind.TWICE: 2,
    Kind.DECLINED: 10,
    Kind.NEVER: 5,
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How requests are treated: each kind as often as its weight among the weights of all.

    An answer comes within `longest_delay_s`, what follows it `pause_s` later; a pending payment asks for
    `pending_s` more than the request gave it.
    """

    mix: Mapping[Kind, float] = field(default_factory=lambda: USUAL_MIX)
    seed: int = 0
    longest_delay_s: float = 1.0
    pause_s: float = 1.0
    pending_s: int = 3600


def kind_of(recharge_id: str, attempt: int, manner: Manner) -> Kind:
    """Draw what becomes of a request, the same at any time: its id and the seed decide.

    `unavailable` settles nothing: the next attempt is drawn anew.
    """
    for number in range(1, attempt + 1):
        kind = _drawn(_fate(f"{manner.seed} {number} {recharge_id}"), manner.mix)
        if kind is not Kind.UNAVAILABLE:
            return kind
    return Kind.UNAVAILABLE


def delay_s(recharge_id: str, attempt: int, manner: Manner) -> float:
    """Draw how long an answer takes: evenly, up to the longest."""
    return _fate(f"{manner.seed} {attempt} {recharge_id} delay") * manner.longest_delay_s


def _fate(words: str) -> float:
    return uuid5(NAMESPACE_URL, f"{SOURCE} {words}").int % FATES / FATES


def _drawn(fate: float, mix: Mapping[Kind, float]) -> Kind:
    bounds = list(accumulate(mix.values()))
    drawn = fate * bounds[-1]
    return next(kind for kind, bound in zip(mix, bounds, strict=True) if drawn < bound)
