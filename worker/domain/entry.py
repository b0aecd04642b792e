"""Ledger entries: what is booked, as integers and UUIDs only."""

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

DAY_S: Final = 86_400
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()

# Kinds of entries; each moves its amount between the tenant's credit and one other book.
USAGE_CALL: Final = 1
USAGE_CONFERENCE: Final = 2
PURCHASE: Final = 10
PROMOTION: Final = 11

KIND_NAMES: Final = {
    USAGE_CALL: "usage.call",
    USAGE_CONFERENCE: "usage.conference",
    PURCHASE: "purchase",
    PROMOTION: "promotion",
}
CREDIT_KINDS: Final = {"purchase": PURCHASE, "promotion": PROMOTION}

# Parts of an entry that stand in lines of their own.
PART_LEG: Final = 1
PART_SHARE: Final = 2

# What stands in `codes`: service, number type, and whether lines tell the parts.
SERVICES: Final = ("", "outbound", "inbound", "dial_in", "dial_out")
NUMBER_TYPES: Final = ("", "toll", "toll_free", "short_code", "emergency")
HAS_LINES: Final = 64

CODES: Final = {
    (service, number_type): SERVICES.index(service) + 8 * NUMBER_TYPES.index(number_type)
    for service in SERVICES
    for number_type in NUMBER_TYPES
}


class Entry(NamedTuple):
    """One immutable change of a balance, in the order of the ledger's columns.

    `number` holds the clear digits; `number_shape` how many digits there are in all, times 16, plus how
    many of them are masked. `lot_number` 0: debt, or see the lines.
    """

    started_s: int
    booked_s: int
    amount_micros: int
    number: int
    content_hash: int
    event_key: str
    account_id: int
    duration_s: int
    bundle_s: int
    version_id: int
    lot_number: int
    user_number: int
    day: date
    cell: int
    source_number: int
    kind: int
    prefix_length: int
    number_shape: int
    codes: int


class Line(NamedTuple):
    """A leg of a conference, or what one lot paid of an entry that several lots paid."""

    started_s: int
    amount_micros: int
    number: int
    event_key: str
    account_id: int
    duration_s: int
    bundle_s: int
    version_id: int
    lot_number: int
    day: date
    cell: int
    source_number: int
    line: int
    part: int
    prefix_length: int
    number_shape: int
    codes: int
    leg_id: str


class EntryText(NamedTuple):
    """The texts of an entry that integers cannot hold, stored only where there are any."""

    cell: int
    account_id: int
    source_number: int
    event_key: str
    day: date
    source: str
    event_id: str
    call_id: str


def day_of(started_s: int) -> date:
    """Give the UTC day of a moment."""
    return _day(started_s // DAY_S)


@lru_cache(maxsize=1024)
def _day(days: int) -> date:
    return date.fromordinal(_EPOCH_ORDINAL + days)


def number_parts(number: str) -> tuple[int, int]:
    """Split a number with trailing `*` into (clear digits, shape)."""
    if number[-1] != "*":
        return int(number), len(number) * 16
    clear = number.rstrip("*")
    return int(clear or "0"), len(number) * 16 + len(number) - len(clear)
