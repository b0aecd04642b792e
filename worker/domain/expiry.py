"""Expiry: when purchased credit is lost, by the tenant's calendar."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from worker.domain.calendar import Timezones, zone_at

PURCHASE_MONTHS: Final = 12
LAST_YEAR: Final = 9998
# Two days inside what `datetime` can express, so that every zone has a date for it.
_FIRST_S: Final = -62_135_424_000
_LAST_S: Final = 253_402_127_999


def purchase_expires_s(paid_s: int, timezones: Timezones) -> int:
    """Give the end of the day 12 calendar months after the payment, in the timezone of that moment.

    29 February becomes 28 February; the first moment that no longer counts is returned.
    """
    zone = ZoneInfo(zone_at(timezones, paid_s))
    within_s = min(max(paid_s, _FIRST_S), _LAST_S)
    paid = datetime.fromtimestamp(within_s, UTC).astimezone(zone)
    months = paid.year * 12 + paid.month - 1 + PURCHASE_MONTHS
    year, month = min(months // 12, LAST_YEAR), months % 12 + 1
    day = min(paid.day, monthrange(year, month)[1])
    midnight = datetime(year, month, day, tzinfo=zone) + timedelta(days=1)
    return int(midnight.timestamp())
