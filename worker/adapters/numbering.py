"""Dialled digits to E.164: what a CDR file shows, read by what the mapping says, never guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from worker.adapters.outcome import Rejected, Skipped, show

TOLL: Final = "toll"
TOLL_FREE: Final = "toll_free"
SHORT_CODE: Final = "short_code"
EMERGENCY: Final = "emergency"
NUMBER_TYPES: Final = frozenset({TOLL, TOLL_FREE, SHORT_CODE, EMERGENCY})

# Every handset knows these two as emergency numbers; a country's others come from the mapping.
EMERGENCY_NUMBERS: Final = frozenset({"112", "911"})

E164_DIGITS: Final = range(7, 16)
EMERGENCY_DIGITS: Final = range(1, 16)
SEPARATORS: Final = str.maketrans("", "", " \N{NO-BREAK SPACE}()-")

_NUMBER: Final = re.compile(r"(\+?)([0-9]{1,32}\**)", re.ASCII)
_SPREADSHEET: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+", re.ASCII)


class Number(NamedTuple):
    """Digits without `+`, masked ones as trailing `*`, and the type of the number they are."""

    digits: str
    number_type: str


@dataclass(frozen=True, slots=True)
class Numbering:
    """How digits are dialled where the file comes from; an empty value says nothing."""

    country: str = ""
    international: str = ""
    national: str = ""
    extension_digits: int = 0
    plus_optional: bool = False
    local: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NumberTypes:
    """The type of a number by its longest known prefix; an emergency number counts only whole.

    A prefix would make an emergency of every number in India (+91 1...), free of charge.
    """

    by_prefix: Mapping[str, str] = field(default_factory=dict)

    def known(self, number: str) -> str | None:
        """Tell the type that the mapping gives to a number, if it does."""
        digits = number.rstrip("*")
        for length in range(len(digits), 0, -1):
            found = self.by_prefix.get(digits[:length])
            if found is not None and (found != EMERGENCY or digits[:length] == number):
                return found
        return None

    def is_emergency(self, number: str) -> bool:
        """Tell whether the whole number calls for help."""
        return number in EMERGENCY_NUMBERS or self.by_prefix.get(number) == EMERGENCY


def read_number(
    text: str, numbering: Numbering, types: NumberTypes, *, emergency: bool = False
) -> Number | Skipped | Rejected:
    """Read a number as a file shows it, with its type; toll unless something says otherwise.

    `emergency`: the file says that this was a call for help, whatever the number looks like.
    """
    found = _NUMBER.fullmatch(text.translate(SEPARATORS))
    if found is None:
        return Rejected(_why_no_number(text))
    plus, dialled = found.groups()
    if types.is_emergency(dialled) or (emergency and len(dialled) in EMERGENCY_DIGITS):
        return Number(dialled, EMERGENCY)
    if not plus and len(dialled) <= numbering.extension_digits:
        return Skipped("internal: an extension")
    number = Number(dialled, TOLL) if plus else _dialled(dialled, numbering)
    if number is None:
        return Rejected(
            f"{show(text)} has no +, and no [numbering] of a mapping says which country it is dialled in"
        )
    return _typed(number, text, types)


def _why_no_number(text: str) -> str:
    if not text:
        return "is empty"
    if _SPREADSHEET.fullmatch(text):
        return f"{show(text)} was rounded by a spreadsheet, its digits are lost: export the file again"
    return f"{show(text)} is not a phone number"


def _dialled(dialled: str, numbering: Numbering) -> Number | None:
    """Put before the digits what the caller need not dial; None when nobody said what that is."""
    if numbering.international and dialled.startswith(numbering.international):
        return Number(dialled.removeprefix(numbering.international), TOLL)
    if numbering.national and numbering.country and dialled.startswith(numbering.national):
        return Number(numbering.country + dialled.removeprefix(numbering.national), TOLL)
    if len(dialled) in numbering.local:
        return Number(numbering.local[len(dialled)] + dialled, TOLL)
    if len(dialled) < E164_DIGITS.start:
        # Nothing but a short code is dialled with so few digits: it belongs to the caller's country.
        return Number(numbering.country + dialled, SHORT_CODE) if numbering.country else None
    return Number(dialled, TOLL) if numbering.plus_optional else None


def _typed(number: Number, text: str, types: NumberTypes) -> Number | Rejected:
    digits = number.digits
    if types.is_emergency(digits):
        return Number(digits, EMERGENCY)
    number_type = types.known(digits) or number.number_type
    if not digits or digits[0] in "0*":
        return Rejected(f"{show(text)} does not begin with a country code")
    shortest = 1 if number_type == SHORT_CODE else E164_DIGITS.start
    if not shortest <= len(digits) < E164_DIGITS.stop:
        return Rejected(f"{show(text)} has {len(digits)} digits where {shortest} to 15 are possible")
    return Number(digits, number_type)
