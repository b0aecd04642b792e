"""Ledger entries: what is booked, as integers and UUIDs only."""

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

DAY_S: Final = 86_400
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()

# Kinds of entries; each moves its amount between the tenant's credit and one other book.
USAGE_CALL: Final = 1
USAGE_CONFERENCE: Final = 2
# Revisions stand in the day of the usage that they revise: odd ones return a charge, even ones charge again.
USAGE_RETURNED: Final = 3
CORRECTED_CALL: Final = 4
CORRECTED_CONFERENCE: Final = 5
RERATED_CALL: Final = 6
RERATED_CONFERENCE: Final = 7
PURCHASE: Final = 10
PROMOTION: Final = 11
REVERSED: Final = 12
REINSTATED: Final = 13
# Credit that was lost by expiry or closing, and what of it was given back to late usage.
FORFEITED: Final = 20
RESTORED: Final = 21
FEE: Final = 30
GOODWILL: Final = 31
WRITE_OFF: Final = 32
MIGRATION: Final = 33

KIND_NAMES: Final = {
    USAGE_CALL: "usage.call",
    USAGE_CONFERENCE: "usage.conference",
    USAGE_RETURNED: "usage.returned",
    CORRECTED_CALL: "usage.call.corrected",
    CORRECTED_CONFERENCE: "usage.conference.corrected",
    RERATED_CALL: "usage.call.rerated",
    RERATED_CONFERENCE: "usage.conference.rerated",
    PURCHASE: "purchase",
    PROMOTION: "promotion",
    REVERSED: "payment.reversed",
    REINSTATED: "payment.reinstated",
    FORFEITED: "credit.expired",
    RESTORED: "credit.restored",
    FEE: "fee",
    GOODWILL: "goodwill",
    WRITE_OFF: "write_off",
    MIGRATION: "migration",
}
CREDIT_KINDS: Final = {"purchase": PURCHASE, "promotion": PROMOTION}
ADJUSTMENT_KINDS: Final = {
    "fee": FEE,
    "goodwill": GOODWILL,
    "write_off": WRITE_OFF,
    "migration": MIGRATION,
}
CALL_KINDS: Final = frozenset({USAGE_CALL, CORRECTED_CALL, RERATED_CALL})
USAGE_KINDS: Final = frozenset({USAGE_CALL, USAGE_CONFERENCE})
REVISED_KINDS: Final = frozenset({CORRECTED_CALL, CORRECTED_CONFERENCE, RERATED_CALL, RERATED_CONFERENCE})
CONFERENCE_KINDS: Final = frozenset({USAGE_CONFERENCE, CORRECTED_CONFERENCE, RERATED_CONFERENCE})

# The chart of books: the other side of every entry, so that all books together make nothing.
BOOKS: Final = {
    **dict.fromkeys(range(USAGE_CALL, RERATED_CONFERENCE + 1), "usage revenue"),
    **dict.fromkeys((PURCHASE, REVERSED, REINSTATED), "payments received"),
    PROMOTION: "promotions",
    **dict.fromkeys((FORFEITED, RESTORED), "forfeited credit"),
    FEE: "fees",
    **dict.fromkeys((GOODWILL, WRITE_OFF, MIGRATION), "corrections"),
}

# Parts of an entry that stand in lines of their own.
PART_LEG: Final = 1
PART_SHARE: Final = 2
PART_ALLOWANCE: Final = 3

# What stands in `codes`: service, number type, whether lines tell the parts, and times ALLOWANCE the number
# of the bundle that paid `bundle_s` (0 when none did, or several: then lines tell).
SERVICES: Final = ("", "outbound", "inbound", "dial_in", "dial_out")
NUMBER_TYPES: Final = ("", "toll", "toll_free", "short_code", "emergency")
HAS_LINES: Final = 64
ALLOWANCE: Final = 128
MOST_ALLOWANCES: Final = 255

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
    """A leg of a conference, or what one lot paid of an entry that several lots paid.

    `origin` and `allowance` are those of the leg, '' when it has none.
    """

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
    origin: str = ""
    allowance: str = ""


class EntryText(NamedTuple):
    """The texts of an entry that integers cannot hold, stored only where there are any.

    `origin`: where the caller was, which may decide the tariff; a conference's stand in its lines.
    """

    cell: int
    account_id: int
    source_number: int
    event_key: str
    day: date
    source: str
    event_id: str
    call_id: str
    origin: str = ""
    allowance: str = ""


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
