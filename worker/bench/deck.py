"""The rate deck of the benchmark: flat, and as large as an operator's."""

from random import Random
from typing import Final

from worker.domain.tariff import NewVersion, VersionTerms
from worker.domain.tariff_row import TariffRow, canonical_order

DECK: Final = "bench"
CURRENCY: Final = "USD"
PREFIX_DIGITS: Final = (2, 6)


def make_deck(tariffs: int) -> NewVersion:
    """Make a deck that prices every number; the same one every time."""
    random = Random(tariffs)  # noqa: S311  # Prices to be drawn again, not secrets.
    prefixes = {str(digit) for digit in range(1, 10)}
    while len(prefixes) < tariffs:
        digits = random.randint(*PREFIX_DIGITS)
        prefixes.add(str(random.randint(10 ** (digits - 1), 10**digits - 1)))
    rows = [_row(prefix, random) for prefix in sorted(prefixes)]
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
