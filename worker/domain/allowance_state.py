"""How bundles stand: what each pays in a month, and when it pays again."""

from collections.abc import Iterator
from typing import NamedTuple

from worker.domain.allowance import Allowances
from worker.domain.allowance_plan import Plan, Terms
from worker.domain.calendar import Timezones, after_month, month_begins_s, month_of, next_month_s

# After a bundle's number and the month of its terms: it is used up, or its first minutes are still to come.
USED_UP = "!"
TO_COME = "?"


class Standing(NamedTuple):
    """A bundle in a month: its terms there, or those with which it begins later.

    `mark` is '' for one that pays, `USED_UP` or `TO_COME`; `renews_s` is None when nothing follows.
    """

    terms: Terms
    used_s: int
    mark: str
    renews_s: int | None

    @property
    def exhausted(self) -> bool:
        """Whether it pays nothing until it renews."""
        return bool(self.mark)


def standings(allowances: Allowances, zones: Timezones, now_s: int) -> Iterator[Standing]:
    """Tell how each bundle stands in the month of a moment; those that have ended are left out."""
    month, plan = month_of(zones, now_s), allowances.plan
    for number in plan.numbers():
        terms = plan.terms_in(number, month)
        following = _following(plan, number, month)
        if terms is not None and terms.minutes:
            used_s = allowances.used_s(number, month)
            mark = USED_UP if used_s >= terms.size_s else ""
        elif following is not None:
            terms, used_s, mark = following[1], 0, TO_COME
        else:
            continue
        renews_s = None if following is None else _begins_s(zones, following[0], now_s)
        yield Standing(terms, used_s, mark, renews_s)


def _following(plan: Plan, number: int, month: int) -> tuple[int, Terms] | None:
    """Find the first later month in which a bundle has minutes, and its terms there."""
    upcoming = after_month(month)
    terms = plan.terms_in(number, upcoming)
    if terms is not None and terms.minutes:
        return upcoming, terms
    later = (one for one in plan.terms_after(number, upcoming) if one.minutes)
    return next(((one.from_month, one) for one in later), None)


def _begins_s(zones: Timezones, month: int, now_s: int) -> int:
    upcoming_s = next_month_s(zones, now_s)
    if month == month_of(zones, upcoming_s):
        return upcoming_s
    # A changed timezone holds from the next month on: in every later one it is the current one.
    return month_begins_s(zones.current, month)


def written(standing: Standing) -> str:
    """Write what the platform is told of a bundle, so that a change of it is seen."""
    return f"{standing.terms.number}@{standing.terms.from_month}{standing.mark}"


def used_up_numbers(said: str) -> frozenset[int]:
    """Read which bundles the platform was told are used up."""
    return frozenset(int(one.partition("@")[0]) for one in said.split() if one.endswith(USED_UP))
