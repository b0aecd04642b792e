"""Stored usage: a charge as it stands in the ledger, read back to what was priced."""

from typing import NamedTuple

from worker.domain.chain import Booked, ChainKey
from worker.domain.entry import CALL_KINDS, NUMBER_TYPES, PART_LEG, SERVICES, Entry, Line
from worker.domain.rating import find_tariff
from worker.domain.statement_part import number_text
from worker.domain.stretches import in_force
from worker.domain.tariff import DeckVersion
from worker.domain.usage import Leg, Usage


class Priced(NamedTuple):
    """What a call or leg was charged, by which version, and how many of its seconds bundles paid."""

    amount_micros: int
    version_id: int
    bundle_s: int


def usage_of(charge: Booked, key: ChainKey, tenant_id: str) -> Usage:
    """Read the usage of a charge back, as far as it matters to its price; its user stays a number."""
    entry, text = charge.entry, charge.text
    return Usage(
        tenant_id=tenant_id,
        source=text.source if text else "",
        event_id=(text.event_id if text else "") or key.event_key,
        source_number=entry.source_number,
        key=entry.event_key,
        content_hash=entry.content_hash,
        kind=entry.kind,
        started_s=entry.started_s,
        legs=tuple(map(leg_of, parts_of(charge), origins_of(charge))),
        user_id="",
        call_id=text.call_id if text else "",
    )


def parts_of(charge: Booked) -> tuple[Entry | Line, ...]:
    """Give what of a charge has a price of its own: a call itself, or the legs of a conference."""
    if charge.entry.kind in CALL_KINDS:
        return (charge.entry,)
    return tuple(line for line in charge.lines if line.part == PART_LEG)


def priced_parts(charge: Booked) -> list[Priced]:
    """Say what each part of a charge cost."""
    return [Priced(-part.amount_micros, part.version_id, part.bundle_s) for part in parts_of(charge)]


def origins_of(charge: Booked) -> list[tuple[str, str, str]]:
    """Give leg id, origin and bundle of each part."""
    if charge.entry.kind in CALL_KINDS:
        return [("", charge.text.origin, charge.text.allowance) if charge.text else ("", "", "")]
    return [(line.leg_id, line.origin, line.allowance) for line in charge.lines if line.part == PART_LEG]


def leg_of(part: Entry | Line, said: tuple[str, str, str]) -> Leg:
    """Read a call or leg back."""
    leg_id, origin, allowance = said
    return Leg(
        service=SERVICES[part.codes & 7],
        number=number_text(part.number, part.number_shape),
        number_type=NUMBER_TYPES[part.codes >> 3 & 7],
        origin=origin,
        started_s=part.started_s,
        duration_s=part.duration_s,
        allowance=allowance,
        leg_id=leg_id,
    )


def destination(version: DeckVersion | None, leg: Leg) -> str:
    """Name where a leg went, as its price list does."""
    tariff = find_tariff(version, leg) if version else None
    if version is None or tariff is None:
        return leg.number_type
    return in_force(version, tariff, leg.started_s, 0)[0].label or tariff.prefix
