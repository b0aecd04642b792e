"""Allowances: bundles of minutes that pay before money, month by month."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from worker.domain.allowance_plan import Plan, Terms
from worker.domain.rating import Paid
from worker.domain.usage import Leg

# Shares of a bundle, in per cent, that are announced as they are passed.
SHARES: Final = (100, 80)

# A bundle's number, and a month.
Key = tuple[int, int]


class Use(NamedTuple):
    """The seconds that a bundle has paid in a month, and the last share of it that was announced."""

    number: int
    month: int
    used_s: int
    told: int


class StoredAllowances(NamedTuple):
    """An account's bundles as they are stored; the uses are those of a month and all after it."""

    since_month: int
    plan: Plan
    uses: Sequence[Use]


class Allowances:
    """The working copy of an account's bundles inside one decision.

    `stirred`: something has become of them that may have to be told.
    """

    __slots__ = ("_since_month", "_told", "_used", "changed_terms", "changed_uses", "plan", "stirred")

    def __init__(self, stored: StoredAllowances) -> None:
        self._since_month = stored.since_month
        self.plan = stored.plan
        self._used: dict[Key, int] = {}
        self._told: dict[Key, int] = {}
        for number, month, used_s, told in stored.uses:
            self._used[number, month] = used_s
            self._told[number, month] = told
        self.changed_terms: dict[Key, Terms] = {}
        self.changed_uses: set[Key] = set()
        self.stirred = False

    def pay(self, leg: Leg, month: int, billable_s: int) -> tuple[Paid, ...]:
        """Take billable seconds of a leg from the month's bundles as far as they reach; say what each paid.

        The most specific prefix comes first, then the name; a leg may name one bundle, or `none`,
        which is the name of no bundle.
        """
        named = leg.allowance
        if not billable_s:
            return ()
        assert month >= self._since_month, "the use of this month was not read"
        found = []
        for reach in self.plan.reaches(month):
            terms, size_s, _, _ = reach
            left_s = size_s - self._used.get((terms.number, month), 0)
            if left_s <= 0 or (named and named != terms.name):
                continue
            depth = reach.depth(leg)
            if depth >= 0:
                found.append((-depth, terms.name, terms.number, left_s, size_s))
        if not found:
            return ()
        if len(found) > 1:
            found.sort()
        paid = []
        for _, _, number, left_s, size_s in found:
            taken_s = min(left_s, billable_s)
            self._take((number, month), taken_s, size_s)
            # A third of what `Paid(...)` takes, once an event.
            paid.append(tuple.__new__(Paid, (number, taken_s)))
            billable_s -= taken_s
            if not billable_s:
                break
        return tuple(paid)

    def _take(self, key: Key, seconds: int, size_s: int) -> None:
        used_s = self._used[key] = self._used.get(key, 0) + seconds
        self.changed_uses.add(key)
        # It may have passed a share that is announced.
        if used_s * 100 >= size_s * SHARES[-1]:
            self.stirred = True

    def take_back(self, number: int, month: int, seconds: int) -> None:
        """Give a month's bundle back what it has paid."""
        self._used[number, month] = max(0, self.used_s(number, month) - seconds)
        self.changed_uses.add((number, month))
        self.stirred = True

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
        self.plan = self.plan.changed(terms)
        self.changed_terms[terms.number, terms.from_month] = terms
        self.stirred = True

    def reaches_beyond(self, month: int) -> bool:
        """Say whether anything is set or used ahead of a month."""
        return self.plan.reaches_beyond(month) or any(used_month > month for _, used_month in self._used)

    def uses(self) -> list[Use]:
        """List the uses that have changed."""
        return [
            Use(*key, self._used.get(key, 0), self._told.get(key, 0)) for key in sorted(self.changed_uses)
        ]
