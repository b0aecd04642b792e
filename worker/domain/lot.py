"""Lots: credit with what is left of it and when it expires."""

from typing import Final, NamedTuple

# The expiry of a lot that has none: the last second of the year 9999.
NEVER_S: Final = 253_402_300_799

# The lot of what could be paid by no lot.
DEBT: Final = 0


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


def spend(lots: list[Lot], amount_micros: int, started_s: int) -> tuple[list[Lot], list[Share]]:
    """Take an amount from lots in spending order; what no lot pays is debt.

    Usage may spend a lot only if it started before the lot's expiry.
    """
    after: list[Lot] = []
    shares: list[Share] = []
    rest = amount_micros
    for lot in lots:
        taken = min(rest, lot.left_micros) if started_s < lot.expires_s else 0
        after.append(lot._replace(left_micros=lot.left_micros - taken) if taken else lot)
        if taken:
            shares.append(Share(lot.number, taken))
            rest -= taken
    if rest:
        shares.append(Share(DEBT, rest))
    return after, shares
