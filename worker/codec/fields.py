"""Fields whose pattern the contract holds and whose meaning it cannot: money, times, places."""

from collections.abc import Mapping
from typing import Any

from worker.codec.times import unix_seconds
from worker.domain.micros import CURRENCIES, format_micros, minor_unit_micros, parse_micros
from worker.domain.wall_clock import UnknownZoneError, zone

Data = Mapping[str, Any]


class FieldError(Exception):
    """A field keeps its pattern and still means nothing: a currency that does not exist, say."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(field)
        self.field = field
        self.detail = detail


def moment(field: str, text: str) -> int:
    """Read a time, or refuse its field."""
    try:
        return unix_seconds(text)
    except ValueError:
        raise FieldError(field, "there is no such date or time") from None


def paid_at(data: Data, occurred_s: int) -> int:
    """Give when the money came: the event's own time when nothing is said."""
    return moment("data.paid_at", data["paid_at"]) if data.get("paid_at") else occurred_s


def micros(data: Data, name: str) -> int | None:
    """Read an amount, None when it is absent."""
    return None if data.get(name) is None else parse_micros(data[name])


def above_zero(name: str, amount: int | None) -> int:
    """Refuse nothing and less than nothing."""
    if amount is None or amount <= 0:
        raise FieldError(f"data.{name}", "an amount above 0 is needed")
    return amount


def whole_minor(data: Data, name: str, currency: str) -> int | None:
    """Read an amount that must come in whole minor units of its currency."""
    amount = micros(data, name)
    unit = minor_unit_micros(currency)
    if amount is not None and amount % unit:
        raise FieldError(f"data.{name}", f"{currency} comes in steps of {format_micros(unit)}")
    return amount


def known_currency(code: str) -> str:
    """Refuse a code that ISO 4217 does not know."""
    if code not in CURRENCIES:
        raise FieldError("data.currency", "not an ISO 4217 currency in use: EUR, USD, JPY, ...")
    return code


def known_zone(name: str) -> None:
    """Refuse a timezone that the IANA database does not know."""
    try:
        zone(name)
    except UnknownZoneError:
        raise FieldError("data.timezone", "not an IANA timezone: Europe/Berlin, UTC, ...") from None
