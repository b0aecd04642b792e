"""Plans: which bundles an account has, how large each is in which month, and what usage each applies to."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from worker.domain.rating import EMERGENCY
from worker.domain.usage import Leg

MINUTE_S: Final = 60


class Terms(NamedTuple):
    """A bundle's size and reach from a month (as 202603) on, until its next terms.

    Empty tuples do not restrict, but `number_types` always names some; 0 minutes: it has ended.
    """

    number: int
    from_month: int
    name: str
    minutes: int
    services: tuple[str, ...]
    number_types: tuple[str, ...]
    prefixes: tuple[str, ...]
    except_prefixes: tuple[str, ...]
    origins: tuple[str, ...]

    @property
    def size_s(self) -> int:
        """How many billable seconds it pays in a month."""
        return self.minutes * MINUTE_S


class Reach(NamedTuple):
    """Terms laid out to be asked which usage they apply to; `lengths` of prefixes, the longest first."""

    terms: Terms
    size_s: int
    lengths: tuple[int, ...]
    prefixes: frozenset[str]

    def depth(self, leg: Leg) -> int:
        """Say how many leading digits of a leg's number the bundle names; -1 when it does not apply."""
        terms, number = self.terms, leg.number
        if leg.number_type not in terms.number_types or leg.number_type == EMERGENCY:
            return -1
        if (terms.services and leg.service not in terms.services) or (
            terms.origins and leg.origin not in terms.origins
        ):
            return -1
        if terms.except_prefixes and number.startswith(terms.except_prefixes):
            return -1
        if not self.lengths:
            return 0
        for length in self.lengths:
            if number[:length] in self.prefixes:
                return length
        return -1


class Plan:
    """The terms of all bundles of an account that hold in a month or later; to the outside it never changes.

    It remembers how the terms of a month are laid out, and may be kept from batch to batch.
    """

    __slots__ = ("_reaches", "_terms", "since_month")

    def __init__(self, since_month: int, terms: Iterable[Terms]) -> None:
        self.since_month = since_month
        self._terms: dict[int, list[Terms]] = {}
        for one in terms:
            self._terms.setdefault(one.number, []).append(one)
        self._reaches: dict[int, list[Reach]] = {}

    def reaches(self, month: int) -> list[Reach]:
        """Lay out the terms that hold in a month."""
        known = self._reaches.get(month)
        if known is None:
            held = [terms for number in self._terms if (terms := self.terms_in(number, month))]
            known = [Reach(terms, terms.size_s, *_by_length(terms.prefixes)) for terms in held]
            self._reaches[month] = known
        return known

    def changed(self, terms: Terms) -> "Plan":
        """Give the plan with a bundle's terms set from a month on, until those set for a later one."""
        others = (one for one in self.terms if (one.number, one.from_month) != terms[:2])
        return Plan(self.since_month, sorted((*others, terms), key=_number_and_month))

    @property
    def terms(self) -> list[Terms]:
        """All terms, bundle by bundle, month by month."""
        return [terms for owned in self._terms.values() for terms in owned]

    def numbers(self) -> list[int]:
        """Number all bundles, ended ones and those that have not begun included."""
        return sorted(self._terms)

    def number_of(self, name: str) -> int | None:
        """Find a bundle by its name, ended or not."""
        return next((number for number, terms in self._terms.items() if terms[-1].name == name), None)

    def terms_in(self, number: int, month: int) -> Terms | None:
        """Give the terms of a bundle that hold in a month; None before it begins."""
        for terms in reversed(self._terms[number]):
            if terms.from_month <= month:
                return terms
        return None

    def terms_after(self, number: int, month: int) -> list[Terms]:
        """List the terms of a bundle that were set ahead of a month."""
        return [one for one in self._terms[number] if one.from_month > month]

    def reaches_beyond(self, month: int) -> bool:
        """Say whether anything is set ahead of a month."""
        return any(terms[-1].from_month > month for terms in self._terms.values())


# Many accounts have bundles for the same destinations.
@lru_cache(maxsize=1024)
def _by_length(prefixes: tuple[str, ...]) -> tuple[tuple[int, ...], frozenset[str]]:
    return tuple(sorted({len(prefix) for prefix in prefixes}, reverse=True)), frozenset(prefixes)


def _number_and_month(terms: Terms) -> tuple[int, int]:
    return terms.number, terms.from_month
