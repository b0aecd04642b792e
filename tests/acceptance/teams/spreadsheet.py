"""What the export costs, as a spreadsheet reckons it: a look-up by label, then plain decimal arithmetic."""

import csv
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Final

from tests.acceptance.teams.drawn_calls import Call

MICRO: Final = Decimal("0.000001")

# What the account starts with, when it asks for money, and for how much.
CREDIT: Final = Decimal(500)
TRIGGER: Final = Decimal(100)
RECHARGE: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The outcome of one row: `charged` or `skipped`, with the seconds and the money it takes."""

    outcome: str
    billable_s: int
    amount: Decimal


def read_deck(path: Path) -> dict[str, dict[str, str]]:
    """Read the deck's rows by their labels, each of which stands once."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    by_label = {row["label"]: row for row in rows}
    assert len(by_label) == len(rows)
    return by_label


def reckon(call: Call, deck: dict[str, dict[str, str]]) -> Reckoned:
    """Price one call."""
    if not call.duration_s or call.is_free:
        return Reckoned("skipped", 0, Decimal(0))
    if not call.label:
        return Reckoned("charged", 0, Decimal(0))
    row = deck[call.label]
    initial_s, increment_s = int(row["initial_s"]), int(row["increment_s"])
    billable_s = initial_s
    while billable_s < call.duration_s:
        billable_s += increment_s
    fee = Decimal(row["connection_fee"] or 0)
    amount = fee + Decimal(row["price_per_minute"]) * billable_s / 60
    return Reckoned("charged", billable_s, amount.quantize(MICRO, ROUND_CEILING))


def totals(reckoned: list[Reckoned]) -> dict[str, str | int]:
    """Sum up: what is left without any recharge, and how many it takes when each is answered at once.

    An answered request is followed by the next while the balance is below the trigger, so the last one is the
    first that lifts the final balance back to it.
    """
    charged = [row for row in reckoned if row.outcome == "charged"]
    closing = CREDIT - sum((row.amount for row in charged), Decimal(0))
    answered = 0
    while closing + RECHARGE * answered < TRIGGER:
        answered += 1
    return {
        "rows": len(reckoned),
        "charged": len(charged),
        "skipped": len(reckoned) - len(charged),
        "credit": str(CREDIT),
        "trigger": str(TRIGGER),
        "recharge": str(RECHARGE),
        "spent": str(CREDIT - closing),
        "closing_unanswered": str(closing),
        "requests_unanswered": int(closing < TRIGGER),
        "closing_answered": str(closing + RECHARGE * answered),
        "requests_answered": answered,
    }
