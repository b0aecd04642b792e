"""What the rates commands say, as JSON documents; money as decimal strings, times in RFC 3339."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from worker.adapters.deck_csv_writer import row_cells
from worker.codec.times import rfc3339
from worker.domain.micros import format_micros

if TYPE_CHECKING:
    from worker.adapters.deck_csv_tariffs import DeckFault
    from worker.domain.deck_diff import TariffChange
    from worker.domain.explanation import Explanation
    from worker.postgres.deck_versions import StoredVersion

Document = dict[str, Any]


def explained(explanation: "Explanation") -> Document:
    """Give a price and its lines."""
    lines = [
        {
            "from_s": line.from_s,
            "to_s": line.to_s,
            "price_per_minute": format_micros(line.price_per_minute_micros),
            "billable_s": line.billable_s,
            "amount": format_micros(line.amount_micros),
        }
        for line in explanation.lines
    ]
    return {
        "amount": format_micros(explanation.price.amount_micros),
        "lines": lines,
        "prefix": explanation.prefix,
        "label": explanation.label,
    }


def listed(version: "StoredVersion") -> Document:
    """Give a version as `rates list` shows it."""
    return {
        "deck": version.deck,
        "version": version.version_id,
        "currency": version.currency,
        "timezone": version.terms.timezone,
        "effective_from": rfc3339(version.terms.effective_from_s),
        "round_to": format_micros(version.terms.round_to_micros),
        "rounding": version.terms.rounding.value,
        "rows": version.row_count,
        "imported_at": rfc3339(int(version.imported_at.timestamp())),
    }


def changed(change: "TariffChange") -> Document:
    """Give a tariff that differs, with its rows before and after."""
    row = (change.old or change.new)[0]
    return {
        "change": change.change,
        "service": row.service,
        "number_type": row.number_type,
        "origin": row.origin,
        "prefix": row.prefix,
        "old": [row_cells(one) for one in change.old],
        "new": [row_cells(one) for one in change.new],
    }


def faulty(faults: "Sequence[DeckFault]") -> list[Document]:
    """Give the faults or warnings of a file; the line is null where it is no line's fault."""
    return [{**fault._asdict(), "line": fault.line or None} for fault in faults]
