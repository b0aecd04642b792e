"""Rate decks back to cells, as their file would have them."""

from worker.domain.micros import format_micros
from worker.domain.tariff_row import DAY_MINUTES, EVERY_DAY, TariffRow
from worker.domain.week import clock_text, weekdays_text


def row_cells(row: TariffRow) -> dict[str, str | int]:
    """Give a row by column; importing the cells gives the same row again. Seconds are numbers."""
    all_day = (row.from_minute, row.to_minute) == (0, DAY_MINUTES)
    return {
        "service": row.service,
        "number_type": row.number_type,
        "origin": row.origin,
        "prefix": row.prefix,
        "label": row.label,
        "connection_fee": format_micros(row.connection_fee_micros),
        "from_s": row.from_s,
        "price_per_minute": format_micros(row.price_per_minute_micros),
        "initial_s": row.initial_s,
        "increment_s": row.increment_s,
        "weekdays": "" if row.weekdays == EVERY_DAY else weekdays_text(row.weekdays),
        "from_time": "" if all_day else clock_text(row.from_minute),
        "to_time": "" if all_day else clock_text(row.to_minute),
        "free_under_s": row.free_under_s,
        "max_charge": "" if row.max_charge_micros is None else format_micros(row.max_charge_micros),
    }
