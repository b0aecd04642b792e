"""Paying by bundles: seconds that they take over from money, and get back when a charge is returned."""

from collections.abc import Sequence

from worker.domain.account import Account
from worker.domain.calendar import Timezones, month_of
from worker.domain.entry import ALLOWANCE, PART_ALLOWANCE, Entry, Line
from worker.domain.rating import Price, price_rest
from worker.domain.tariff import Deck
from worker.domain.usage import Usage


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


def return_seconds(entry: Entry, lines: Sequence[Line], account: Account) -> None:
    """Return to the bundles of an account what they paid of a charge, which comes with all its lines."""
    zones = Timezones(account.row.timezone, account.row.former_timezones)
    parts: list[Entry | Line] = [line for line in lines if line.part == PART_ALLOWANCE]
    for part in parts or [entry]:
        number = part.codes // ALLOWANCE
        if number:
            assert account.allowances is not None, "a bundle that has paid is never forgotten"
            account.allowances.take_back(number, month_of(zones, part.started_s), part.bundle_s)
