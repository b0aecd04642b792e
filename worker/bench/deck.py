"""The rate deck of the benchmark: as large as an operator's; flat, or with windows and steps."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Final

from worker.domain.tariff import NewVersion, VersionTerms
from worker.domain.tariff_row import DAY_MINUTES, EVERY_DAY, TariffRow, canonical_order

DECK: Final = "bench"
CURRENCY: Final = "USD"
PREFIX_DIGITS: Final = (2, 6)


WEEKDAYS: Final = 0b0011111
WEEKEND: Final = 0b1100000
# All the time; or: working hours, the hours before and after them, and the weekend.
ALWAYS: Final = ((EVERY_DAY, 0, DAY_MINUTES),)
WINDOWS: Final = ((WEEKDAYS, 480, 1080), (WEEKDAYS, 0, 480), (WEEKDAYS, 1080, 1440), (WEEKEND, 0, 1440))
# The first minute and everything after it.
STEPS_S: Final = (0, 60)


def make_deck(tariffs: int, *, windowed: bool = False, stepped: bool = False) -> NewVersion:
    """Make a deck that prices every number; the same one every time. Windows come with steps."""
    random = Random(tariffs)  # noqa: S311  # Prices to be drawn again, not secrets.
    prefixes = {str(digit) for digit in range(1, 10)}
    while len(prefixes) < tariffs:
        digits = random.randint(*PREFIX_DIGITS)
        prefixes.add(str(random.randint(10 ** (digits - 1), 10**digits - 1)))
    rows = [_row(prefix, random) for prefix in sorted(prefixes)]
    if windowed or stepped:
        rows = [other for row in rows for other in _spread(row, WINDOWS if windowed else ALWAYS)]
    return NewVersion(DECK, CURRENCY, VersionTerms(0, "Etc/UTC"), tuple(sorted(rows, key=canonical_order)))


def _row(prefix: str, random: Random) -> TariffRow:
    return TariffRow(
        service="outbound",
        number_type="toll",
        origin="",
        prefix=prefix,
        label=f"Destination {prefix}",
        connection_fee_micros=random.choice((0, 0, 10_000)),
        from_s=0,
        price_per_minute_micros=random.randrange(5_000, 400_000, 100),
        initial_s=random.choice((60, 30, 1)),
        increment_s=random.choice((60, 6, 1)),
    )


def _spread(row: TariffRow, windows: Iterable[tuple[int, int, int]]) -> Iterator[TariffRow]:
    """Price every window and step of a tariff apart."""
    for weekdays, from_minute, to_minute in windows:
        for from_s in STEPS_S:
            cheaper = row.price_per_minute_micros * (from_minute + 1440 - from_s) // 2880
            yield row._replace(
                from_s=from_s,
                price_per_minute_micros=cheaper,
                weekdays=weekdays,
                from_minute=from_minute,
                to_minute=to_minute,
            )
