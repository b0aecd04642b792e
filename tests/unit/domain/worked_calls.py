"""Calls whose prices an accountant worked out: `worked/calls.csv`, with decks beside it.

The method is published in the file itself: `working` is the sum as one writes it on paper, `amount` is that
sum rounded as the deck says. A test of its own works the sums out again, without the code under test.
"""

import ast
import csv
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from worker.adapters.deck_csv import DeckFile, read_deck
from worker.domain.rounding import Rounding
from worker.domain.tariff import DeckVersion, VersionTerms, compile_version
from worker.domain.usage import Leg

FOLDER: Final = Path(__file__).with_name("worked")

# The file, the timezone, the unit in micros and the rounding of each deck that a call may name.
DECKS: Final = {
    "flat": ("flat.csv", "UTC", 1, Rounding.UP),
    "berlin": ("windows.csv", "Europe/Berlin", 1, Rounding.UP),
    "new_york": ("windows.csv", "America/New_York", 1, Rounding.UP),
    "etc": ("windows.csv", "Etc/GMT+5", 1, Rounding.UP),
    "kathmandu": ("windows.csv", "Asia/Kathmandu", 1, Rounding.UP),
    **{f"cents {way}": ("cents.csv", "UTC", 10_000, way) for way in Rounding},
    "nickels up": ("cents.csv", "UTC", 50_000, Rounding.UP),
    "nickels down": ("cents.csv", "UTC", 50_000, Rounding.DOWN),
    "units half_even": ("cents.csv", "UTC", 1_000_000, Rounding.HALF_EVEN),
    "micros down": ("cents.csv", "UTC", 1, Rounding.DOWN),
    "micros half_up": ("cents.csv", "UTC", 1, Rounding.HALF_UP),
}


class WorkedCall(NamedTuple):
    """A call, the deck that prices it, and what it costs."""

    case: str
    deck: str
    leg: Leg
    working: str
    amount: str


def worked_calls() -> Iterator[WorkedCall]:
    """Read the table."""
    with (FOLDER / "calls.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            started_s = int(datetime.fromisoformat(row["started_at"]).timestamp())
            leg = Leg(
                service=row["service"],
                number=row["number"],
                number_type=row["number_type"],
                origin=row["origin"],
                started_s=started_s,
                duration_s=int(row["duration_s"]),
                allowance="",
                leg_id="",
            )
            yield WorkedCall(row["case"], row["deck"], leg, row["working"], row["amount"])


@cache
def deck_version(name: str) -> DeckVersion:
    """Compile the deck of that name; its file is right."""
    file, timezone, round_to_micros, rounding = DECKS[name]
    deck = read_deck((FOLDER / file).read_bytes())
    assert isinstance(deck, DeckFile), deck
    return compile_version(7, VersionTerms(0, timezone, round_to_micros, rounding), deck.rows)


def worked_out(working: str) -> Fraction:
    """Work a sum out exactly: numbers, +, * and / only."""
    return _value(ast.parse(working, mode="eval").body, working)


def _value(node: ast.expr, working: str) -> Fraction:
    match node:
        case ast.Constant():
            # The digits as written: 0.1 is a tenth here.
            return Fraction(ast.get_source_segment(working, node) or "")
        case ast.BinOp(left, ast.Add(), right):
            return _value(left, working) + _value(right, working)
        case ast.BinOp(left, ast.Mult(), right):
            return _value(left, working) * _value(right, working)
        case ast.BinOp(left, ast.Div(), right):
            return _value(left, working) / _value(right, working)
    raise AssertionError(f"{ast.dump(node)} is no sum")
