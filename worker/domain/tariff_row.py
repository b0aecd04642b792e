"""A row of a rate deck: one price, for one step and one window of a tariff."""

from typing import Final, NamedTuple

EVERY_DAY: Final = 0b1111111
DAY_MINUTES: Final = 24 * 60
DEFAULT_INTERVAL_S: Final = 60


class TariffRow(NamedTuple):
    """One row as its file says it, with the empty columns filled in.

    An empty `service`, `number_type` or `origin` means any, an empty `prefix` any number. Bit 0 of
    `weekdays` is Monday; the times are minutes of the day, `to_minute` excluded; a window that ends at or
    before its beginning ends on the next day and belongs to the day on which it begins. A `NamedTuple`
    because a deck has up to a million of them, read on the hot path.
    """

    service: str
    number_type: str
    origin: str
    prefix: str
    label: str
    connection_fee_micros: int
    from_s: int
    price_per_minute_micros: int
    initial_s: int = DEFAULT_INTERVAL_S
    increment_s: int = DEFAULT_INTERVAL_S
    weekdays: int = EVERY_DAY
    from_minute: int = 0
    to_minute: int = DAY_MINUTES
    free_under_s: int = 0
    max_charge_micros: int | None = None

    @property
    def tariff_key(self) -> tuple[str, str, str, str]:
        """What rows of one tariff have in common."""
        return self[:4]

    @property
    def window(self) -> tuple[int, int, int]:
        """When in the week the row is in force."""
        return self.weekdays, self.from_minute, self.to_minute

    @property
    def crosses_midnight(self) -> bool:
        """Whether the window ends on another day than it begins."""
        return self.to_minute <= self.from_minute

    @property
    def always(self) -> bool:
        """Whether the row's window is the whole week."""
        return self.window == (EVERY_DAY, 0, DAY_MINUTES)


def canonical_order(row: TariffRow) -> tuple[str, str, str, str, int, int, int, int]:
    """Sort rows so that those of a tariff stand together, whatever their order in the file."""
    return (*row.tariff_key, *row.window, row.from_s)
