"""Lines: the legs of a conference, and the lots and bundles that shared an entry."""

from collections.abc import Sequence

from worker.domain.entry import (
    ALLOWANCE,
    CODES,
    PART_ALLOWANCE,
    PART_LEG,
    PART_SHARE,
    Entry,
    Line,
    number_parts,
)
from worker.domain.lot import Share
from worker.domain.rating import Price
from worker.domain.usage import Usage


def leg_lines(usage: Usage, prices: Sequence[Price], entry: Entry) -> list[Line]:
    """Write each leg with its own price; their amounts add up to the entry's."""
    lines = []
    for number, (leg, price) in enumerate(zip(usage.legs, prices, strict=True)):
        digits, shape = number_parts(leg.number)
        lines.append(
            Line(
                started_s=leg.started_s,
                amount_micros=-price.amount_micros,
                number=digits,
                event_key=entry.event_key,
                account_id=entry.account_id,
                duration_s=leg.duration_s,
                bundle_s=sum(one.bundle_s for one in price.paid),
                version_id=price.version_id,
                lot_number=0,
                day=entry.day,
                cell=entry.cell,
                source_number=entry.source_number,
                line=number,
                part=PART_LEG,
                prefix_length=price.prefix_length,
                number_shape=shape,
                codes=CODES[leg.service, leg.number_type],
                leg_id=leg.leg_id,
                origin=leg.origin,
                allowance=leg.allowance,
            )
        )
    return lines


def allowance_lines(usage: Usage, prices: Sequence[Price], entry: Entry) -> list[Line]:
    """Write what each bundle paid of each leg, with that leg's start: it says which month was used."""
    return [
        Line(
            started_s=leg.started_s,
            amount_micros=0,
            number=0,
            event_key=entry.event_key,
            account_id=entry.account_id,
            duration_s=0,
            bundle_s=paid.bundle_s,
            version_id=0,
            lot_number=0,
            day=entry.day,
            cell=entry.cell,
            source_number=entry.source_number,
            line=number,
            part=PART_ALLOWANCE,
            prefix_length=0,
            number_shape=0,
            codes=ALLOWANCE * paid.allowance_number,
            leg_id=leg.leg_id,
        )
        for number, (leg, price) in enumerate(zip(usage.legs, prices, strict=True))
        for paid in price.paid
    ]


def share_lines(shares: Sequence[Share], entry: Entry) -> list[Line]:
    """Write what each lot paid, or got back when the entry is a credit; lot 0 is debt."""
    sign = 1 if entry.amount_micros > 0 else -1
    return [
        Line(
            started_s=entry.started_s,
            amount_micros=sign * share.amount_micros,
            number=0,
            event_key=entry.event_key,
            account_id=entry.account_id,
            duration_s=0,
            bundle_s=0,
            version_id=0,
            lot_number=share.lot_number,
            day=entry.day,
            cell=entry.cell,
            source_number=entry.source_number,
            line=number,
            part=PART_SHARE,
            prefix_length=0,
            number_shape=0,
            codes=0,
            leg_id="",
        )
        for number, share in enumerate(shares)
    ]
