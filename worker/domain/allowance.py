"""Allowances: bundles of minutes that pay before money, month by month."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from worker.domain.rating import EMERGENCY, Paid
from worker.domain.usage import Leg

MINUTE_S: Final = 60
# What usage says that money alone shall pay for.
MONEY_ONLY: Final = "none"


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


class Use(NamedTuple):
    """The seconds that a bundle has paid in a month, and the last share of it that was announced."""

    number: int
    month: int
    used_s: int
    told: int


class StoredAllowances(NamedTuple):
    """An account's bundles as they are stored: terms that hold in a month or later, and the use since."""

    since_month: int
    terms: Sequence[Terms]
    uses: Sequence[Use]


class Reach(NamedTuple):
    """Terms laid out to be asked which usage they apply to."""

    terms: Terms
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
        return next((length for length in self.lengths if number[:length] in self.prefixes), -1)


class Allowances:
    """The working copy of an account's bundles inside one decision: their terms, their use by month."""

    __slots__ = ("_reaches", "_since_month", "_terms", "_told", "_used", "changed_terms", "changed_uses")

    def __init__(self, stored: StoredAllowances) -> None:
        self._since_month = stored.since_month
        self._terms: dict[int, list[Terms]] = {}
        for terms in stored.terms:
            self._terms.setdefault(terms.number, []).append(terms)
        self._used = {(number, month): used_s for number, month, used_s, _ in stored.uses}
        self._told = {(number, month): told for number, month, _, told in stored.uses}
        self._reaches: dict[int, list[Reach]] = {}
        self.changed_terms: dict[tuple[int, int], Terms] = {}
        self.changed_uses: set[tuple[int, int]] = set()

    def pay(self, leg: Leg, month: int, billable_s: int) -> tuple[Paid, ...]:
        """Take billable seconds of a leg from the month's bundles as far as they reach; say what each paid.

        The most specific prefix comes first, then the name; a leg may name one bundle, or `MONEY_ONLY`.
        """
        if not billable_s or leg.allowance == MONEY_ONLY:
            return ()
        paid = []
        for _, _, terms in sorted(self._applying(leg, month)):
            left_s = terms.size_s - self.used_s(terms.number, month)
            if left_s <= 0:
                continue
            taken_s = min(left_s, billable_s)
            self.use(terms.number, month, taken_s)
            paid.append(Paid(terms.number, taken_s))
            billable_s -= taken_s
            if not billable_s:
                break
        return tuple(paid)

    def _applying(self, leg: Leg, month: int) -> Iterator[tuple[int, str, Terms]]:
        reaches = self._reaches.get(month)
        if reaches is None:
            reaches = self._reaches[month] = [_laid_out(terms) for terms in self._in_force(month)]
        for reach in reaches:
            terms = reach.terms
            if leg.allowance and leg.allowance != terms.name:
                continue
            depth = reach.depth(leg)
            if depth >= 0:
                yield -depth, terms.name, terms

    def _in_force(self, month: int) -> Iterator[Terms]:
        for number in self._terms:
            terms = self.terms_in(number, month)
            if terms is not None and terms.minutes:
                yield terms

    def use(self, number: int, month: int, seconds: int) -> None:
        """Count seconds that a bundle pays; negative ones it gets back."""
        self._used[number, month] = max(0, self.used_s(number, month) + seconds)
        self.changed_uses.add((number, month))

    def used_s(self, number: int, month: int) -> int:
        """Say how many seconds a bundle has paid in a month."""
        assert month >= self._since_month, "the use of this month was not read"
        return self._used.get((number, month), 0)

    def told(self, number: int, month: int) -> int:
        """Give the last share of a month's bundle, in per cent, that was announced."""
        return self._told.get((number, month), 0)

    def tell(self, number: int, month: int, share: int) -> None:
        """Remember that a share of a month's bundle is announced."""
        self._told[number, month] = share
        self.changed_uses.add((number, month))

    def change(self, terms: Terms) -> None:
        """Set a bundle's terms from a month on, until those that were set for a later one."""
        others = [one for one in self._terms.get(terms.number, ()) if one.from_month != terms.from_month]
        self._terms[terms.number] = sorted([*others, terms], key=_from_month)
        self.changed_terms[terms.number, terms.from_month] = terms
        self._reaches.clear()

    def number_of(self, name: str) -> int | None:
        """Find a bundle by its name, ended or not."""
        return next((number for number, terms in self._terms.items() if terms[-1].name == name), None)

    def numbers(self) -> list[int]:
        """Number all bundles, ended ones and those that have not begun included."""
        return sorted(self._terms)

    def terms_in(self, number: int, month: int) -> Terms | None:
        """Give the terms of a bundle that hold in a month; None before it begins."""
        return next((one for one in reversed(self._terms[number]) if one.from_month <= month), None)

    def terms_after(self, number: int, month: int) -> list[Terms]:
        """List the terms of a bundle that were set ahead of a month."""
        return [one for one in self._terms[number] if one.from_month > month]

    def reaches_beyond(self, month: int) -> bool:
        """Say whether anything is set or used ahead of a month."""
        return any(terms[-1].from_month > month for terms in self._terms.values()) or any(
            used_month > month for _, used_month in self._used
        )

    def uses(self, keys: Iterable[tuple[int, int]]) -> list[Use]:
        """Give the use of months."""
        return [Use(*key, self._used.get(key, 0), self._told.get(key, 0)) for key in sorted(keys)]


def _laid_out(terms: Terms) -> Reach:
    lengths = tuple(sorted({len(prefix) for prefix in terms.prefixes}, reverse=True))
    return Reach(terms, lengths, frozenset(terms.prefixes))


def _from_month(terms: Terms) -> int:
    return terms.from_month
