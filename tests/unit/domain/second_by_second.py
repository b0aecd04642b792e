"""A slow pricer, as the rules read: second by second, in fractions, by the clock on the wall.

It shares no code with the rating: the deck is a list of rows, and every second of a call asks all of them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg


def slow_price(
    rows: Sequence[TariffRow], leg: Leg, timezone: str, unit_micros: int, rounding: str
) -> int | None:
    """Price a leg in micros; None without a tariff."""
    tariff = slow_tariff(rows, leg)
    if not tariff:
        return 0 if leg.number_type == "emergency" else None
    zone = ZoneInfo(timezone)
    first = in_force(tariff, leg, 0, zone)
    if leg.duration_s == 0 or leg.duration_s < first.free_under_s:
        return 0
    micros = Fraction(first.connection_fee_micros)
    paid_up_to_s = 0
    for second in range(leg.duration_s):
        if second < paid_up_to_s:
            continue
        row = in_force(tariff, leg, second, zone)
        length_s = row.initial_s if second == 0 and row.initial_s else row.increment_s
        micros += Fraction(row.price_per_minute_micros * length_s, 60)
        paid_up_to_s = second + length_s
    charged = rounded(micros / unit_micros, rounding) * unit_micros
    return charged if first.max_charge_micros is None else min(charged, first.max_charge_micros)


def slow_tariff(rows: Sequence[TariffRow], leg: Leg) -> list[TariffRow]:
    """Choose the rows that price a leg, by asking every row and comparing those that match."""
    matching = [row for row in rows if matches(row, leg)]
    if not matching:
        return []
    best = max(rank(row) for row in matching)
    return [row for row in matching if rank(row) == best]


def matches(row: TariffRow, leg: Leg) -> bool:
    if leg.number_type in {"emergency", "short_code"} and not row.number_type:
        return False
    return (
        row.service in {"", leg.service}
        and row.number_type in {"", leg.number_type}
        and row.origin in {"", leg.origin}
        and leg.number.startswith(row.prefix)
    )


def rank(row: TariffRow) -> tuple[int, bool, bool, bool]:
    return len(row.prefix), bool(row.service), bool(row.number_type), bool(row.origin)


def in_force(tariff: Sequence[TariffRow], leg: Leg, second: int, zone: ZoneInfo) -> TariffRow:
    local = datetime.fromtimestamp(leg.started_s + second, UTC).astimezone(zone)
    reached = [row for row in tariff if covers(row, local) and row.from_s <= second]
    return max(reached, key=lambda row: row.from_s)


def covers(row: TariffRow, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    today = bool(row.weekdays & 1 << local.weekday())
    yesterday = bool(row.weekdays & 1 << (local.weekday() - 1) % 7)
    if row.from_minute < row.to_minute:
        return today and row.from_minute <= minute < row.to_minute
    return (today and minute >= row.from_minute) or (yesterday and minute < row.to_minute)


def rounded(units: Fraction, rounding: str) -> int:
    if rounding == "up":
        return ceil(units)
    if rounding == "down":
        return floor(units)
    return floor(units + Fraction(1, 2)) if rounding == "half_up" else round(units)


def billable_rows(rows: Sequence[TariffRow], leg: Leg, timezone: str) -> list[TariffRow]:
    """Give the row that prices each billable second of a call, one after the other."""
    tariff, zone = slow_tariff(rows, leg), ZoneInfo(timezone)
    if not tariff or leg.duration_s == 0 or leg.duration_s < in_force(tariff, leg, 0, zone).free_under_s:
        return []
    priced: list[TariffRow] = []
    while len(priced) < leg.duration_s:
        row = in_force(tariff, leg, len(priced), zone)
        length_s = row.initial_s if not priced and row.initial_s else row.increment_s
        priced += [row] * length_s
    return priced


def slow_rest(
    rows: Sequence[TariffRow], leg: Leg, timezone: str, unit_micros: int, rounding: str, paid_s: int
) -> int:
    """Price what is left to money when bundles pay the first seconds, and with the very first the fee."""
    priced = billable_rows(rows, leg, timezone)
    if not priced:
        return 0
    first = priced[0]
    micros = Fraction(0 if paid_s else first.connection_fee_micros)
    micros += sum((Fraction(row.price_per_minute_micros, 60) for row in priced[paid_s:]), Fraction(0))
    charged = rounded(micros / unit_micros, rounding) * unit_micros
    return charged if first.max_charge_micros is None else min(charged, first.max_charge_micros)
