"""Usage to be quoted: a line is the `data` of a usage event; numbers may be of a platform's own plan."""

import json
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, NoReturn

from worker.codec.times import unix_seconds
from worker.domain.rejection import Reason, Rejection
from worker.domain.usage import Leg

LARGEST_LINE_BYTES: Final = 1024 * 1024
MOST_LEGS: Final = 1_000
LONGEST_NUMBER: Final = 15
LONGEST_CALL_S: Final = 7 * 86_400
SERVICES: Final = ("outbound", "inbound", "dial_in", "dial_out")
LEG_SERVICES: Final = SERVICES[2:]
NUMBER_TYPES: Final = ("toll", "toll_free", "short_code", "emergency")

_NUMBER: Final = re.compile(r"\+?([0-9]{1,15}\*{0,14})", re.ASCII)
_ORIGIN: Final = re.compile(r"[A-Za-z0-9-]{1,16}", re.ASCII)
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,256}")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,30})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)


class QuoteLine(NamedTuple):
    """What a line asks the price of: a call (one leg), or a conference and its legs."""

    legs: tuple[Leg, ...]
    is_conference: bool


class _FlawError(Exception):
    """A field that is missing or wrong; it ends the reading of its line."""


def read_quote_line(line: bytes) -> QuoteLine | Rejection:
    """Read one line; any bytes give a value, and every refusal names its field."""
    if len(line) > LARGEST_LINE_BYTES:
        return Rejection(Reason.OVERSIZE, "", f"longer than {LARGEST_LINE_BYTES} bytes")
    try:
        data = json.loads(line.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return Rejection(Reason.NOT_JSON, "", "the line is not JSON in UTF-8")
    try:
        return _read(_object(data, ""))
    except _FlawError as flaw:
        field, detail = flaw.args
        return Rejection(Reason.SCHEMA_INVALID, field, detail)


def _read(data: dict[str, Any]) -> QuoteLine:
    if data.get("legs") is None:
        return QuoteLine((_leg(data, "", SERVICES),), is_conference=False)
    legs = data["legs"]
    if not isinstance(legs, list) or not 1 <= len(legs) <= MOST_LEGS:
        raise _FlawError("legs", f"must be a list of 1 to {MOST_LEGS} legs")
    paths = [f"legs.{place}." for place in range(len(legs))]
    pairs = zip(legs, paths, strict=True)
    return QuoteLine(
        tuple(_leg(_object(leg, path[:-1]), path, LEG_SERVICES) for leg, path in pairs), is_conference=True
    )


def _leg(data: dict[str, Any], path: str, services: tuple[str, ...]) -> Leg:
    def text(name: str, accepts: Callable[[str], object], meaning: str, *, optional: bool = False) -> str:
        value = data.get(name)
        if value is None and optional:
            return ""
        if value is None:
            raise _FlawError(path + name, "is required")
        if not isinstance(value, str) or not accepts(value):
            raise _FlawError(path + name, f"must be {meaning}")
        return value

    return Leg(
        service=text("service", services.__contains__, f"one of {', '.join(services)}"),
        number=text("rated_number", _is_number, "1 to 15 digits, trailing ones masked by *").removeprefix(
            "+"
        ),
        number_type=text("number_type", NUMBER_TYPES.__contains__, f"one of {', '.join(NUMBER_TYPES)}"),
        origin=text("origin", _ORIGIN.fullmatch, "1 to 16 letters, digits or hyphens", optional=True),
        started_s=_moment(
            text("started_at", _TIME.fullmatch, "an RFC 3339 time with its offset"), path + "started_at"
        ),
        duration_s=_duration(data.get("duration_s"), path + "duration_s"),
        allowance="",
        leg_id=text("leg_id", _TEXT.fullmatch, "text of 1 to 256 characters") if path else "",
    )


def _is_number(text: str) -> bool:
    found = _NUMBER.fullmatch(text)
    return found is not None and len(found[1]) <= LONGEST_NUMBER


def _moment(text: str, field: str) -> int:
    try:
        return unix_seconds(text)
    except (ValueError, OverflowError):
        raise _FlawError(field, "there is no such date or time") from None


def _duration(value: object, field: str) -> int:
    if value is None:
        raise _FlawError(field, "is required")
    # `True` is an int to Python and a mistake to everybody else.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_CALL_S:
        raise _FlawError(field, f"must be a whole number of seconds from 0 to {LONGEST_CALL_S}")
    return value


def _object(value: object, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _FlawError(field, "must be a JSON object")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
