"""Explanations: how a price comes about, line by line."""

from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from worker.domain.rating import SIXTIETHS, Price, find_tariff, paid_of, price_leg, rounded_charge
from worker.domain.stretches import Stretch, in_force, stretches
from worker.domain.tariff import DeckVersion
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg
from worker.domain.week import window_text


class Line(NamedTuple):
    """A part of a call under one row; `to_s` is excluded, the seconds it pays for may reach past it.

    `allowance_s` of its billable seconds were paid by bundles.
    """

    from_s: int
    to_s: int
    price_per_minute_micros: int
    billable_s: int
    amount_micros: int
    allowance_s: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """A price with what an accountant asks: the lines add up to it, and which rows of the deck made them.

    `first` is the row in which the call began, None for an emergency call without a tariff; `rows` has one
    for each line. The connection fee is inside the first line.
    """

    price: Price
    lines: tuple[Line, ...]
    prefix: str
    label: str
    first: TariffRow | None
    rows: tuple[TariffRow, ...]

    @property
    def window(self) -> str | None:
        """Say when the row is in force in which the call began; None for always."""
        return window_text(self.first) if self.first else None


def explain_leg(version: DeckVersion, leg: Leg, allowance_s: int = 0) -> Explanation | None:
    """Say how `price_leg` comes to its price; bundles paid the first `allowance_s` of the billable seconds.

    A line's amount is the difference of two rounded running totals, so the lines always add up.
    """
    price = price_leg(version, leg)
    if price is None:
        return None
    tariff = find_tariff(version, leg)
    if tariff is None:
        return Explanation(price, (), "", "", None, ())
    first, _ = in_force(version, tariff, leg.started_s, 0)
    lines: list[Line] = []
    rows: list[TariffRow] = []
    sixtieths = 0 if allowance_s else first.connection_fee_micros * SIXTIETHS
    booked_micros = 0
    for row, parts in groupby(stretches(version, tariff, leg), key=_row_of):
        walked = list(parts)
        from_s = walked[0].from_s
        billable_s = sum(part.billable_s for part in walked)
        paid_s = paid_of(allowance_s, from_s, billable_s)
        sixtieths += row.price_per_minute_micros * (billable_s - paid_s)
        total_micros = rounded_charge(version, first, sixtieths)
        to_s = min(from_s + billable_s, leg.duration_s)
        amount_micros = total_micros - booked_micros
        lines.append(Line(from_s, to_s, row.price_per_minute_micros, billable_s, amount_micros, paid_s))
        rows.append(row)
        booked_micros = total_micros
    if allowance_s:
        price = price._replace(amount_micros=booked_micros)
    label = first.label or tariff.prefix
    return Explanation(price, tuple(lines), tariff.prefix, label, first, tuple(rows))


def _row_of(stretch: Stretch) -> TariffRow:
    return stretch.row
