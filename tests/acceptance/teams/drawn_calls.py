"""The calls of the made-up export, drawn the same way every time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeVar

from tests.acceptance.teams.destinations import (
    CALL_TYPES,
    DIAL_OUT,
    EMERGENCY,
    EMERGENCY_AS_ORDINARY,
    INBOUND,
    OUTBOUND,
    SUBSCRIBER,
)

SEED: Final = 20260131
DURATIONS: Final = (1, 5, 6, 7, 29, 30, 31, 36, 59, 60, 61, 119, 120, 121, 3600, 3601, 7259)

ChoiceT = TypeVar("ChoiceT")


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the report, and the label of the deck's row that prices it ('' for emergency numbers)."""

    call_type: str
    label: str
    number: str
    number_type: str
    external_country: str
    duration_s: int
    is_free: bool


class Draw:
    """Chance that no Python version changes: only `random()` is promised to stay the same."""

    def __init__(self) -> None:
        self._random = Random(SEED)

    def share(self) -> float:
        """Draw from 0 to below 1."""
        return self._random.random()

    def one_of(self, choices: Sequence[ChoiceT]) -> ChoiceT:
        """Draw one of several."""
        return choices[self.below(len(choices))]

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 to below the limit."""
        return int(self.share() * limit)


def draw_calls(draw: Draw) -> Iterator[Call]:
    """Draw all calls, in no order of their types."""
    kinds = [call_type for call_type, count in CALL_TYPES.items() for _ in range(count)]
    for call_type in sorted(kinds, key=lambda _: draw.share()):
        label, number, number_type, country = _number(draw, call_type)
        duration_s = _duration_s(draw)
        yield Call(call_type, label, number, number_type, country, duration_s, draw.share() < 0.005)


def _duration_s(draw: Draw) -> int:
    kind = draw.share()
    if kind < 0.07:
        return 0
    return draw.one_of(DURATIONS) if kind < 0.4 else 1 + int(draw.share() ** 3 * 5400)


def _number(draw: Draw, call_type: str) -> tuple[str, str, str, str]:
    if call_type == "emergency_out":
        return "", draw.one_of(EMERGENCY), "Subscriber", "DE"
    if call_type == "emergency_in":
        return "", f"{SUBSCRIBER}01", "Subscriber", "DE"
    if call_type in INBOUND:
        label, number, number_type = draw.one_of(INBOUND[call_type])
        extension = f"{draw.below(100):02}" if number_type in {"Subscriber", ""} else ""
        return label, number + extension, number_type, draw.one_of(("DE", "GB", "US", "IN"))
    if call_type == "user_out" and draw.share() < 0.01:
        return "", draw.one_of(EMERGENCY_AS_ORDINARY), "Subscriber", "DE"
    places = DIAL_OUT if call_type == "conf_out" else OUTBOUND
    label = draw.one_of(list(places))
    prefix, length, country = places[label]
    number = prefix + "".join(str(draw.below(10)) for _ in range(length - len(prefix)))
    own_type = "Service" if call_type in {"conf_out", "ucap_out", "ucap_out_conf"} else "Subscriber"
    return label, _as_shown(draw, number, label), own_type, country


def _as_shown(draw: Draw, number: str, label: str) -> str:
    """Show a number as the report does: half the time with its last three or four digits masked."""
    if "directory" in label:
        # The same short code, dialled with and without its country.
        return draw.one_of((f"+{number}", number.removeprefix("49")))
    hidden = draw.one_of((0, 0, 3, 4))
    return f"+{number[: len(number) - hidden]}{'*' * hidden}"
