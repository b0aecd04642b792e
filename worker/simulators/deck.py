"""The rate deck of the simulated tenants, and numbers that it prices."""

import csv
from importlib import resources
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

DECK: Final = "simulated"
CURRENCY: Final = "USD"
TIMEZONE: Final = "Etc/UTC"
# Before any call that a simulator dates back.
EFFECTIVE_FROM: Final = "2020-01-01T00:00:00Z"

# Numbers are made longer than any prefix and shorter than E.164 allows.
NUMBER_DIGITS: Final = 12
SHORT_CODE_DIGITS: Final = 2


class Destination(NamedTuple):
    """What a row of the deck prices."""

    service: str
    number_type: str
    prefix: str


def deck_file() -> Path:
    """Name the deck's file; it is part of the package."""
    return Path(str(resources.files("worker.simulators"))) / "deck.csv"


def destinations(*services: str) -> list[Destination]:
    """List what the deck prices for these services."""
    with deck_file().open(encoding="utf-8", newline="") as rows:
        return [
            Destination(row["service"], row["number_type"], row["prefix"])
            for row in csv.DictReader(rows)
            if row["service"] in services
        ]


def number_below(destination: Destination, random: Random) -> str:
    """Make up a number that begins with the prefix; another row may have a longer match."""
    length = NUMBER_DIGITS
    if destination.number_type == "short_code":
        length = len(destination.prefix) + SHORT_CODE_DIGITS
    missing = length - len(destination.prefix)
    return destination.prefix + "".join(random.choices("0123456789", k=missing))
