"""Parts of a statement's entry: one call or one leg, and how its price came about.

It is computed again from the stored facts and the deck version that priced them; neither ever changes.
"""

from collections.abc import Mapping
from typing import NamedTuple

from worker.domain.entry import NUMBER_TYPES, SERVICES, Entry, Line
from worker.domain.explanation import Explanation, explain_leg
from worker.domain.masking import mask_number
from worker.domain.tariff import DeckVersion
from worker.domain.usage import Leg


class Tariffs(NamedTuple):
    """The deck of each version, and each version cut down to one prefix: all that prices its numbers."""

    decks: Mapping[int, str]
    versions: Mapping[tuple[int, str], DeckVersion]


class StatementLine(NamedTuple):
    """Seconds of a call under one price; `to_s` is excluded. What is returned counts below 0.

    The price is None where the facts no longer tell it: the last digits of old numbers are removed.
    """

    from_s: int
    to_s: int
    price_per_minute_micros: int | None
    billable_s: int
    allowance_s: int
    amount_micros: int


class Part(NamedTuple):
    """A call, or a leg of a conference; `destination` is None where no tariff priced it.

    `number` is masked. `window` is when the row applies in which the call began, None for always.
    """

    leg_id: str
    started_s: int
    duration_s: int
    service: str
    number_type: str
    number: str
    destination: str | None
    deck: str | None
    version_id: int | None
    prefix: str | None
    window: str | None
    lines: tuple[StatementLine, ...]


def part_of(stored: Entry | Line, *, leg_id: str, origin: str, is_returned: bool, tariffs: Tariffs) -> Part:
    """Read a call or a leg back from the ledger, with the lines that make its amount."""
    sign = 1 if is_returned else -1
    number = number_text(stored.number, stored.number_shape)
    service = SERVICES[stored.codes & 7]
    number_type = NUMBER_TYPES[stored.codes >> 3 & 7]
    prefix = number[: stored.prefix_length]
    # A number that begins with the prefix and ends with it asks for exactly that tariff.
    leg = Leg(service, prefix, number_type, origin, stored.started_s, stored.duration_s, "", "")
    explained = _explain(stored, leg, sign, tariffs)
    version = None if explained is None else explained.price.version_id
    has_tariff = explained is not None and bool(explained.prefix or explained.label or explained.lines)
    return Part(
        leg_id=leg_id,
        started_s=stored.started_s,
        duration_s=stored.duration_s,
        service=service,
        number_type=number_type,
        number=mask_number(number),
        destination=explained.label if explained and has_tariff else None,
        deck=tariffs.decks.get(stored.version_id),
        version_id=version or stored.version_id or None,
        prefix=prefix if has_tariff else None,
        window=explained.window if explained else None,
        lines=_lines(stored, explained, sign),
    )


def number_text(number: int, shape: int) -> str:
    """Write a stored number: its clear digits, leading zeros included, then its masked ones."""
    digits, masked = shape >> 4, shape & 15
    return (f"{number:0{digits - masked}}" if digits > masked else "") + "*" * masked


def _explain(stored: Entry | Line, leg: Leg, sign: int, tariffs: Tariffs) -> Explanation | None:
    """Explain what is stored; None when the facts that are left do not make its amount any more."""
    version = tariffs.versions.get((stored.version_id, leg.number))
    explained = None
    if version is not None:
        explained = explain_leg(version, leg, -sign * stored.bundle_s)
    if explained is None or explained.price.amount_micros != sign * stored.amount_micros:
        return None
    return explained


def _lines(stored: Entry | Line, explained: Explanation | None, sign: int) -> tuple[StatementLine, ...]:
    if explained is None:
        if not stored.amount_micros and not stored.bundle_s:
            return ()
        whole_s = -sign * stored.duration_s
        return (StatementLine(0, stored.duration_s, None, whole_s, stored.bundle_s, stored.amount_micros),)
    return tuple(
        StatementLine(
            line.from_s,
            line.to_s,
            line.price_per_minute_micros,
            -sign * line.billable_s,
            -sign * line.allowance_s,
            sign * line.amount_micros,
        )
        for line in explained.lines
    )
