"""Estimating: what parked usage would cost, as far as a deck can tell today."""

from worker.domain.rating import price_leg
from worker.domain.tariff import Deck
from worker.domain.usage import Usage


def estimate(usage: Usage, deck: Deck) -> int | None:
    """Price usage in micros, whatever keeps it from being charged; None when the deck does not price a leg.

    What bundles would pay of it is left out: they have other minutes left when it is charged.
    """
    total = 0
    for leg in usage.legs:
        version = deck.version_at(leg.started_s)
        price = price_leg(version, leg) if version else None
        if price is None:
            return None
        total += price.amount_micros
    return total
