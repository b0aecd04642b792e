"""Lots: credit with what is left of it and when it expires."""

from typing import Final, NamedTuple

# The expiry of a lot that has none: the last second of the year 9999.
NEVER_S: Final = 253_402_300_799

# The lot of what could be paid by no lot.
DEBT: Final = 0

DAY_S: Final = 86_400
# So many days before credit expires people are told.
WARNING_DAYS: Final = (30, 7)


class Lot(NamedTuple):
    """One purchase, promotion, goodwill or refund; `payment_id` and `recharge_id` are '' when it has none.

    `told` counts the notices about its expiry that were given or are past.
    """

    number: int
    kind: str
    amount_micros: int
    left_micros: int
    paid_s: int
    expires_s: int
    payment_id: str = ""
    recharge_id: str = ""
    forfeited_micros: int = 0
    told: int = 0


class Share(NamedTuple):
    """What one lot paid of an entry."""

    lot_number: int
    amount_micros: int


def spending_order(lot: Lot) -> tuple[int, bool, int, int]:
    """Sort by earliest expiry, then promotion before purchase, then oldest."""
    return lot.expires_s, lot.kind != "promotion", lot.paid_s, lot.number


def due_s(lot: Lot) -> int:
    """Give when something falls due about what is left of a lot: the next notice, or its expiry."""
    if lot.expires_s == NEVER_S or lot.told == len(WARNING_DAYS):
        return lot.expires_s
    return lot.expires_s - WARNING_DAYS[lot.told] * DAY_S


def warnings_past(expires_s: int, now_s: int) -> int:
    """Count the notices about an expiry whose days have come: those that a new lot will never get."""
    return sum(now_s >= expires_s - days * DAY_S for days in WARNING_DAYS)


class Spent(NamedTuple):
    """The lots after a debit, which of them paid it, and what was given back first of forfeited ones."""

    lots: list[Lot]
    shares: list[Share]
    restored: list[Share]


def spend(lots: list[Lot], amount_micros: int, started_s: int) -> Spent:
    """Take an amount from lots in spending order; what no lot pays is debt.

    Usage may spend a lot only if it started before the lot's expiry: then also what was forfeited since.
    """
    spent = Spent([], [], [])
    rest = amount_micros
    for lot in lots:
        in_time = started_s < lot.expires_s
        taken = min(rest, lot.left_micros + lot.forfeited_micros) if in_time else 0
        if not taken:
            spent.lots.append(lot)
            continue
        restored = max(0, taken - lot.left_micros)
        if restored:
            spent.restored.append(Share(lot.number, restored))
        left, forfeited = lot.left_micros + restored - taken, lot.forfeited_micros - restored
        spent.lots.append(lot._replace(left_micros=left, forfeited_micros=forfeited))
        spent.shares.append(Share(lot.number, taken))
        rest -= taken
    if rest:
        spent.shares.append(Share(DEBT, rest))
    return spent
