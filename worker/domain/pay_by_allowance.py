"""Paying by bundles: seconds that they take over from money, and get back when a charge is returned."""

from collections.abc import Sequence
from typing import Final

from worker.domain.account import Account
from worker.domain.calendar import Timezones, month_of
from worker.domain.entry import ALLOWANCE, CALL_KINDS, HAS_LINES, PART_ALLOWANCE, Entry, Line
from worker.domain.legs import allowance_lines
from worker.domain.rating import Price, price_rest
from worker.domain.tariff import Deck
from worker.domain.usage import Usage

_BUNDLE_S: Final = Entry._fields.index("bundle_s")
_CODES: Final = Entry._fields.index("codes")


def pay_by_allowance(
    usage: Usage, prices: Sequence[Price], account: Account, deck: Deck | None
) -> Sequence[Price]:
    """Let an account's bundles pay what they apply to; return what that leaves to money, leg by leg.

    A bundle pays in the month of the leg's own start, however late it comes. Everything must have been
    admitted: what bundles paid here is used.
    """
    allowances = account.allowances
    if allowances is None:
        return prices
    zones = Timezones(account.row.timezone, account.row.former_timezones)
    left = []
    for leg, price in zip(usage.legs, prices, strict=True):
        paid = allowances.pay(leg, month_of(zones, leg.started_s), price.billable_s)
        if not paid:
            left.append(price)
            continue
        version = deck.version_at(leg.started_s) if deck else None
        assert version is not None, "what has billable seconds was priced by a version"
        left.append(price_rest(version, leg, price, paid))
    return left


def note_allowances(usage: Usage, prices: Sequence[Price], entry: Entry, lines: list[Line]) -> Entry:
    """Write into the entry of a usage which bundle paid how much of it, or into lines where one cannot.

    The use of a month is the sum of `bundle_s` over entries and `PART_ALLOWANCE` lines that name the bundle,
    by the month of their own start.
    """
    if usage.kind in CALL_KINDS and len(prices[0].paid) <= 1:
        if not prices[0].paid:
            return entry
        ((number, bundle_s),) = prices[0].paid
        return with_bundle(entry, bundle_s, entry.codes + ALLOWANCE * number)
    bundle_s = sum(one.bundle_s for price in prices for one in price.paid)
    if not bundle_s:
        return entry
    lines += allowance_lines(usage, prices, entry)
    return with_bundle(entry, bundle_s, entry.codes | HAS_LINES)


def with_bundle(entry: Entry, bundle_s: int, codes: int) -> Entry:
    """Replace what an entry says of bundles: a third of what `_replace` takes, once an event."""
    fields = list(entry)
    fields[_BUNDLE_S], fields[_CODES] = bundle_s, codes
    return tuple.__new__(Entry, fields)


def return_seconds(entry: Entry, lines: Sequence[Line], account: Account) -> None:
    """Return to the bundles of an account what they paid of a charge, which comes with all its lines."""
    zones = Timezones(account.row.timezone, account.row.former_timezones)
    parts: list[Entry | Line] = [line for line in lines if line.part == PART_ALLOWANCE]
    for part in parts or [entry]:
        number = part.codes // ALLOWANCE
        if number:
            assert account.allowances is not None, "a bundle that has paid is never forgotten"
            account.allowances.take_back(number, month_of(zones, part.started_s), part.bundle_s)
