"""Rating: attach a price to a leg, exactly, and say how it came about.

A price is a whole number of sixtieths of a micro (price a minute times seconds) until the one rounding of
the whole charge.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from worker.domain.rounding import round_to
from worker.domain.tariff import DeckVersion, Tariff
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg
from worker.domain.wall_clock import DAY_S
from worker.domain.week import WEEK_S, window_text

EMERGENCY: Final = "emergency"
SIXTIETHS: Final = 60  # Of a micro a minute: what one second costs is counted in these.
# Unix time began on a Thursday; weeks begin on Monday.
_EPOCH_IN_WEEK_S: Final = 3 * DAY_S
_FOR_EVER_S: Final = 1 << 62


class Price(NamedTuple):
    """What a leg costs, and the facts from which the same lines can be computed again."""

    amount_micros: int
    version_id: int
    prefix_length: int
    billable_s: int


class Stretch(NamedTuple):
    """Billable seconds in a row under one row of the deck, from second `from_s` of the call on."""

    row: TariffRow
    from_s: int
    billable_s: int


class Line(NamedTuple):
    """A part of a call under one row; `to_s` is excluded, the seconds it pays for may reach past it."""

    from_s: int
    to_s: int
    price_per_minute_micros: int
    billable_s: int
    amount_micros: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A price with what an accountant asks: the lines add up to it, and which row the call began in.

    `window` is that row's, None when it always holds; the connection fee is inside the first line.
    """

    price: Price
    lines: tuple[Line, ...]
    prefix: str
    label: str
    window: str | None


def price_leg(version: DeckVersion, leg: Leg) -> Price | None:
    """Price a leg by the version in force when it started; None when no tariff matches.

    An emergency number without a tariff costs nothing.
    """
    question = (leg.number[: version.longest], leg.service, leg.number_type, leg.origin)
    try:
        tariff = version.memo[question]
    except KeyError:
        tariff = version.look_up(question)
    if tariff is None:
        return Price(0, version.version_id, 0, 0) if leg.number_type == EMERGENCY else None
    row = tariff.flat
    duration_s = leg.duration_s
    if row is None:
        return _price_stretches(version, tariff, leg)
    if duration_s <= 0 or duration_s < row.free_under_s:
        return Price(0, version.version_id, len(tariff.prefix), 0)
    # The closed form of `stretches` for a tariff of one row.
    beyond_s = duration_s - row.initial_s
    billable_s = row.initial_s
    if beyond_s > 0:
        billable_s -= -beyond_s // row.increment_s * row.increment_s
    sixtieths = row.price_per_minute_micros * billable_s + row.connection_fee_micros * SIXTIETHS
    # A tenth of a microsecond less than `Price(...)`, once an event.
    return tuple.__new__(
        Price, (_charge(version, row, sixtieths), version.version_id, len(tariff.prefix), billable_s)
    )


def _price_stretches(version: DeckVersion, tariff: Tariff, leg: Leg) -> Price:
    sixtieths = billable_s = 0
    first = None
    for row, _, stretch_s in stretches(version, tariff, leg):
        if first is None:
            first = row
            sixtieths = row.connection_fee_micros * SIXTIETHS
        sixtieths += row.price_per_minute_micros * stretch_s
        billable_s += stretch_s
    amount_micros = 0 if first is None else _charge(version, first, sixtieths)
    return Price(amount_micros, version.version_id, len(tariff.prefix), billable_s)


def _charge(version: DeckVersion, first: TariffRow, sixtieths: int) -> int:
    """Round a whole charge as the deck says; it never passes the cap of the row in which the call began."""
    if version.rounds_up_to_a_micro:
        amount_micros = -(-sixtieths // SIXTIETHS)
    else:
        unit_micros = version.terms.round_to_micros
        amount_micros = round_to(sixtieths, SIXTIETHS * unit_micros, version.terms.rounding) * unit_micros
    cap_micros = first.max_charge_micros
    return amount_micros if cap_micros is None or amount_micros <= cap_micros else cap_micros


def explain_leg(version: DeckVersion, leg: Leg) -> Explanation | None:
    """Say how `price_leg` comes to its price.

    A line's amount is the difference of two rounded running totals, so the lines always add up.
    """
    price = price_leg(version, leg)
    if price is None:
        return None
    tariff = version.look_up((leg.number[: version.longest], leg.service, leg.number_type, leg.origin))
    if tariff is None:
        return Explanation(price, (), "", "", None)
    first, _ = _in_force(version, tariff, leg.started_s, 0)
    lines: list[Line] = []
    sixtieths = first.connection_fee_micros * SIXTIETHS
    booked_micros = 0
    for row, parts in groupby(stretches(version, tariff, leg), key=_row_of):
        walked = list(parts)
        billable_s = sum(part.billable_s for part in walked)
        sixtieths += row.price_per_minute_micros * billable_s
        total_micros = _charge(version, first, sixtieths)
        from_s = walked[0].from_s
        to_s = min(from_s + billable_s, leg.duration_s)
        lines.append(
            Line(from_s, to_s, row.price_per_minute_micros, billable_s, total_micros - booked_micros)
        )
        booked_micros = total_micros
    label = first.label or tariff.prefix
    return Explanation(price, tuple(lines), tariff.prefix, label, window_text(first))


def _row_of(stretch: Stretch) -> TariffRow:
    return stretch.row


def stretches(version: DeckVersion, tariff: Tariff, leg: Leg) -> Iterator[Stretch]:
    """Walk a call from second 0 on in increments, in closed form: one stretch for as long as a row lasts.

    Each increment is of the row in force when it begins and is charged whole; the next begins where it
    ended. Nothing at all for a call of no length, or one that is short enough to be free.
    """
    duration_s = leg.duration_s
    row, until_s = _in_force(version, tariff, leg.started_s, 0)
    if duration_s <= 0 or duration_s < row.free_under_s:
        return
    at_s = row.initial_s
    if at_s > 0:
        yield Stretch(row, 0, at_s)
    while at_s < duration_s:
        if at_s >= until_s:
            row, until_s = _in_force(version, tariff, leg.started_s, at_s)
        ahead_s = min(until_s, duration_s) - at_s
        billable_s = -(-ahead_s // row.increment_s) * row.increment_s
        yield Stretch(row, at_s, billable_s)
        at_s += billable_s


def _in_force(version: DeckVersion, tariff: Tariff, started_s: int, at_s: int) -> tuple[TariffRow, int]:
    """Give the row in force at a second of the call, and a second up to which it surely stays so."""
    if tariff.week is None:
        assert tariff.flat is not None
        return tariff.flat, _FOR_EVER_S
    starts_s, ladder_at, ladders = tariff.week
    until_s = _FOR_EVER_S
    ladder = ladders[0]
    if len(ladders) > 1:
        offset_s, offset_until_s = version.clock.offset(started_s + at_s)
        week_s = (started_s + at_s + offset_s + _EPOCH_IN_WEEK_S) % WEEK_S
        following = bisect_right(starts_s, week_s)
        ladder = ladders[ladder_at[following - 1]]
        next_s = starts_s[following] if following < len(starts_s) else WEEK_S
        until_s = min(at_s + next_s - week_s, offset_until_s - started_s)
    row = ladder[0]
    for step in ladder[1:]:
        if step.from_s > at_s:
            return row, min(until_s, step.from_s)
        row = step
    return row, until_s
