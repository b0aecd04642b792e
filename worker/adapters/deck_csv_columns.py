"""The columns of a rate deck's file: how each is written, what it means when empty, what is wrong with it."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from worker.domain.micros import MICROS_PER_UNIT, parse_micros
from worker.domain.tariff_row import DAY_MINUTES, EVERY_DAY
from worker.domain.week import DAY_NAMES

LARGEST_AMOUNT_MICROS: Final = 10**12 * MICROS_PER_UNIT
LARGEST_PRICE_MICROS: Final = 10**6 * MICROS_PER_UNIT
LONGEST_CALL_S: Final = 7 * 86_400
LONGEST_TEXT: Final = 256
SHOWN: Final = 40

SERVICES: Final = ("outbound", "inbound", "dial_in", "dial_out")
NUMBER_TYPES: Final = ("toll", "toll_free", "short_code", "emergency")

_PREFIX: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_ORIGIN: Final = re.compile(r"[A-Za-z0-9-]{1,16}", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_TIME: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LINE_BREAKS: Final = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*")
_SHORTENED: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+", re.ASCII)
_DECIMAL_COMMA: Final = re.compile(r"[0-9]+,[0-9]+", re.ASCII)

# Prices, fees and times repeat from row to row.
_REMEMBERED: Final = 16_384


class Column(NamedTuple):
    """A column: `read` gives its value or raises `ValueError` with the reason; `empty` stands for no text."""

    name: str
    read: Callable[[str], object]
    empty: object = None
    required: bool = False


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{show(text)} is none of {', '.join(allowed)}")
        # The deck's own text, not a copy for every row.
        return allowed[allowed.index(text)]

    return read


@lru_cache(_REMEMBERED)
def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ValueError(f"{show(text)} is not 1 to 16 letters, digits or hyphens")
    return text


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        _blame_spreadsheet(text)
        raise ValueError(f"{show(text)} is not 1 to 15 digits, without +")
    return text


@lru_cache(_REMEMBERED)
def _label(text: str) -> str:
    # A cell may have lines of its own; a destination is told in one.
    text = _LINE_BREAKS.sub(" ", text)
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"is longer than {LONGEST_TEXT} characters")
    if _CONTROLS.search(text):
        raise ValueError("holds a control character")
    return text


def _money(largest_micros: int) -> Callable[[str], int]:
    @lru_cache(_REMEMBERED)
    def read(text: str) -> int:
        try:
            micros = parse_micros(text)
        except ValueError:
            _blame_spreadsheet(text)
            raise ValueError(f"{show(text)} is no decimal number with at most 6 decimals") from None
        if not 0 <= micros <= largest_micros:
            raise ValueError(f"{show(text)} is not between 0 and {largest_micros // MICROS_PER_UNIT}")
        return micros

    return read


def _seconds(least: int) -> Callable[[str], int]:
    @lru_cache(_REMEMBERED)
    def read(text: str) -> int:
        if not _COUNT.fullmatch(text) or not least <= int(text) <= LONGEST_CALL_S:
            _blame_spreadsheet(text)
            raise ValueError(f"{show(text)} is no whole number of seconds from {least} to {LONGEST_CALL_S}")
        return int(text)

    return read


@lru_cache(_REMEMBERED)
def _weekdays(text: str) -> int:
    weekdays = 0
    for part in text.lower().split(","):
        first, dash, last = (name.strip() for name in part.partition("-"))
        for name in (first, last) if dash else (first,):
            if name not in DAY_NAMES:
                raise ValueError(f"{show(name)} is no weekday: {', '.join(DAY_NAMES)}")
        day = DAY_NAMES.index(first)
        weekdays |= 1 << day
        # `fri-mon` goes over the end of the week.
        while dash and DAY_NAMES[day] != last:
            day = (day + 1) % 7
            weekdays |= 1 << day
    return weekdays


@lru_cache(_REMEMBERED)
def _time(text: str) -> int:
    found = _TIME.fullmatch(text)
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if minute > DAY_MINUTES:
        raise ValueError(f"{show(text)} is no time of day from 00:00 to 24:00")
    return minute


def _blame_spreadsheet(text: str) -> None:
    """Say what happened to a number that a spreadsheet has changed; it is never guessed back."""
    if _SHORTENED.fullmatch(text):
        raise ValueError(
            f"{show(text)} was shortened by a spreadsheet: format the column as text, save again"
        )
    if _DECIMAL_COMMA.fullmatch(text):
        raise ValueError(f"{show(text)} has a decimal comma: a point is needed")


def show(text: str) -> str:
    """Quote enough of a cell to find it."""
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "...")


# In the order of the file and of `TariffRow`.
COLUMNS: Final = (
    Column("service", _one_of(SERVICES), ""),
    Column("number_type", _one_of(NUMBER_TYPES), ""),
    Column("origin", _origin, ""),
    Column("prefix", _prefix, ""),
    Column("label", _label, ""),
    Column("connection_fee", _money(LARGEST_AMOUNT_MICROS), 0),
    Column("from_s", _seconds(0), 0),
    Column("price_per_minute", _money(LARGEST_PRICE_MICROS), required=True),
    Column("initial_s", _seconds(0), 60),
    Column("increment_s", _seconds(1), 60),
    Column("weekdays", _weekdays, EVERY_DAY),
    Column("from_time", _time),
    Column("to_time", _time),
    Column("free_under_s", _seconds(0), 0),
    Column("max_charge", _money(LARGEST_AMOUNT_MICROS)),
)
COLUMN_NAMES: Final = tuple(column.name for column in COLUMNS)
