"""Rating: attach a price to a leg, exactly.

A price is a whole number of sixtieths of a micro (price a minute times seconds) until the one rounding of
the whole charge.
"""

from typing import Final, NamedTuple

from worker.domain.rounding import round_to
from worker.domain.stretches import stretches
from worker.domain.tariff import DeckVersion, Tariff
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg

EMERGENCY: Final = "emergency"
SIXTIETHS: Final = 60  # Of a micro a minute: what one second costs is counted in these.


class Paid(NamedTuple):
    """How many billable seconds of a leg one bundle paid."""

    allowance_number: int
    bundle_s: int


class Price(NamedTuple):
    """What a leg costs, and the facts from which the same lines can be computed again.

    `paid` says which bundles paid the first billable seconds, in order; the amount is that of the rest.
    """

    amount_micros: int
    version_id: int
    prefix_length: int
    billable_s: int
    paid: tuple[Paid, ...] = ()


def price_leg(version: DeckVersion, leg: Leg) -> Price | None:
    """Price a leg by the version in force when it started; None when no tariff matches.

    An emergency number without a tariff costs nothing.
    """
    tariff = find_tariff(version, leg)
    if tariff is None:
        return Price(0, version.version_id, 0, 0) if leg.number_type == EMERGENCY else None
    if tariff.flat is None:
        return _price_stretches(version, tariff, leg)
    amount_micros, billable_s = flat_price(version, tariff.flat, leg.duration_s)
    return Price(amount_micros, version.version_id, len(tariff.prefix), billable_s)


def flat_price(version: DeckVersion, row: TariffRow, duration_s: int) -> tuple[int, int]:
    """Give the amount and the billable seconds by a tariff of one row: the closed form of `stretches`."""
    if duration_s <= 0 or duration_s < row.free_under_s:
        return 0, 0
    billable_s = row.initial_s
    beyond_s = duration_s - billable_s
    if beyond_s > 0:
        increment_s = row.increment_s
        billable_s -= -beyond_s // increment_s * increment_s
    sixtieths = row.price_per_minute_micros * billable_s + row.connection_fee_micros * SIXTIETHS
    return rounded_charge(version, row, sixtieths), billable_s


def find_tariff(version: DeckVersion, leg: Leg) -> Tariff | None:
    """Find the tariff that prices a leg."""
    question = (leg.number[: version.longest], leg.service, leg.number_type, leg.origin)
    try:
        return version.memo[question]
    except KeyError:
        return version.look_up(question)


def price_rest(version: DeckVersion, leg: Leg, price: Price, paid: tuple[Paid, ...]) -> Price:
    """Price what bundles left to money of a leg that costs `price` without them.

    They pay billable seconds from the first on and, with the first, the connection fee.
    """
    paid_s = paid[0].bundle_s if len(paid) == 1 else sum(one.bundle_s for one in paid)
    if not paid_s:
        return price
    if paid_s == price.billable_s:
        # What nearly every leg with a bundle comes to; the order is that of the fields.
        return tuple.__new__(Price, (0, price.version_id, price.prefix_length, paid_s, paid))
    tariff = find_tariff(version, leg)
    assert tariff is not None, "a leg with billable seconds has a tariff"
    first = None
    sixtieths = 0
    for row, from_s, billable_s in stretches(version, tariff, leg):
        first = first or row
        sixtieths += row.price_per_minute_micros * (billable_s - paid_of(paid_s, from_s, billable_s))
    assert first is not None, "what has no billable seconds is paid by no bundle"
    return price._replace(amount_micros=rounded_charge(version, first, sixtieths), paid=paid)


def paid_of(paid_s: int, from_s: int, billable_s: int) -> int:
    """Count, of the billable seconds from `from_s` on, those among the first `paid_s` of the call."""
    return min(max(paid_s - from_s, 0), billable_s)


def rounded_charge(version: DeckVersion, first: TariffRow, sixtieths: int) -> int:
    """Round a whole charge as the deck says; it never passes the cap of the row in which the call began."""
    if version.rounds_up_to_a_micro:
        amount_micros = -(-sixtieths // SIXTIETHS)
    else:
        unit_micros = version.terms.round_to_micros
        amount_micros = round_to(sixtieths, SIXTIETHS * unit_micros, version.terms.rounding) * unit_micros
    cap_micros = first.max_charge_micros
    return amount_micros if cap_micros is None or amount_micros <= cap_micros else cap_micros


def _price_stretches(version: DeckVersion, tariff: Tariff, leg: Leg) -> Price:
    sixtieths = billable_s = 0
    first = None
    for row, _, stretch_s in stretches(version, tariff, leg):
        if first is None:
            first = row
            sixtieths = row.connection_fee_micros * SIXTIETHS
        sixtieths += row.price_per_minute_micros * stretch_s
        billable_s += stretch_s
    amount_micros = 0 if first is None else rounded_charge(version, first, sixtieths)
    return Price(amount_micros, version.version_id, len(tariff.prefix), billable_s)
