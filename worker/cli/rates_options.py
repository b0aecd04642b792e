"""The options that say what a rate deck's file does not: its name, currency, clock, date and rounding."""

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from worker.domain.micros import CURRENCIES, MICROS_PER_UNIT, parse_micros
from worker.domain.rounding import Rounding

if TYPE_CHECKING:
    from worker.domain.tariff import VersionTerms

LONGEST_NAME: Final = 256
LARGEST_UNIT_MICROS: Final = 10**6 * MICROS_PER_UNIT
# Before every call that a quote may ask about.
FROM_THE_BEGINNING: Final = "0001-01-01T00:00:00Z"

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,30})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)

DeckOption = Annotated[str, typer.Option("--deck", help="The deck's name, as accounts use it.")]
CurrencyOption = Annotated[str, typer.Option("--currency", help="ISO 4217 code; a deck's is for ever.")]
TimezoneOption = Annotated[
    str, typer.Option("--timezone", help="IANA zone by which its weekdays and times of day go.")
]
EffectiveFromOption = Annotated[
    str, typer.Option("--effective-from", help="It prices calls that start from this time on (RFC 3339).")
]
RoundToOption = Annotated[str, typer.Option("--round-to", help="A charge is a multiple of this: 0.01, say.")]
RoundingOption = Annotated[Rounding, typer.Option("--rounding", help="Which way a charge is rounded.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def read_terms(timezone: str, effective_from: str, round_to: str, rounding: Rounding) -> "VersionTerms":
    """Read what holds for all rows of a version."""
    from worker.domain.tariff import VersionTerms

    return VersionTerms(
        read_moment(effective_from, "--effective-from"),
        read_timezone(timezone),
        read_unit(round_to),
        rounding,
    )


def read_name(text: str) -> str:
    """Read a deck's name."""
    if not 1 <= len(text) <= LONGEST_NAME or _CONTROLS.search(text):
        raise typer.BadParameter(
            f"1 to {LONGEST_NAME} characters are allowed, none of them a control", param_hint="--deck"
        )
    return text


def read_currency(text: str) -> str:
    """Read an ISO 4217 code."""
    if text not in CURRENCIES:
        raise typer.BadParameter(
            f"{text[:10]!r} is no ISO 4217 currency such as USD, EUR, JPY", param_hint="--currency"
        )
    return text


def read_timezone(text: str) -> str:
    """Read the name of an IANA time zone."""
    from worker.domain.wall_clock import UnknownZoneError, zone

    try:
        return zone(text).key
    except UnknownZoneError as unknown:
        raise typer.BadParameter(str(unknown), param_hint="--timezone") from None


def read_moment(text: str, option: str) -> int:
    """Read a time to Unix seconds, its fraction cut."""
    from worker.codec.times import unix_seconds

    try:
        if _TIME.fullmatch(text):
            return unix_seconds(text)
    except (ValueError, OverflowError):
        pass
    raise typer.BadParameter(
        f"{text[:40]!r} is no RFC 3339 time with its offset such as 2026-01-01T00:00:00Z", param_hint=option
    )


def read_unit(text: str) -> int:
    """Read what a charge is rounded to, in micros."""
    try:
        micros = parse_micros(text)
    except ValueError:
        micros = 0
    if not 0 < micros <= LARGEST_UNIT_MICROS:
        raise typer.BadParameter(
            f"{text[:40]!r} is no decimal number above 0 with at most 6 decimals such as 0.01",
            param_hint="--round-to",
        )
    return micros
