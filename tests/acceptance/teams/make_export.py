"""Make a Teams PSTN usage report, and beside it what it costs; nothing of the worker has a part in either.

For one that ends on a day of your choice: python -m tests.acceptance.teams.make_export FOLDER 2026-01-31
"""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from tests.acceptance.teams.destinations import NAMES, SUBSCRIBER
from tests.acceptance.teams.drawn_calls import Call, Draw, draw_calls
from tests.acceptance.teams.spreadsheet import read_deck, reckon, totals

HERE: Final = Path(__file__).parent
LAST_DAY: Final = date(2026, 1, 31)
DAYS: Final = 28
IDS: Final = UUID("3d0c7f52-58a1-4c3b-8a54-6f2a9a4e7d10")

# The columns of the report, in its order.
COLUMNS: Final = (
    "UsageId",
    "Call ID",
    "Conference ID",
    "User Location",
    "Microsoft Entra ObjectId",
    "UPN",
    "User Display Name",
    "Caller ID",
    "Call Type",
    "Call Direction",
    "Number Type",
    "Domestic/International",
    "Destination Dialed",
    "Destination Number",
    "External Country",
    "Start Time",
    "End Time",
    "Duration Seconds",
    "Connection Fee",
    "Charge",
    "Currency",
    "Capability",
    "Operator",
    "Source of Call Duration",
    "Administrative Units",
)
EXPECTED: Final = ("line", "usage_id", "call_type", "label", "outcome", "billable_s", "amount")


def write_export(folder: Path, last_day: date) -> None:
    """Write the report, and what is expected of each row and of all; the day moves times and nothing else."""
    draw = Draw()
    calls = list(draw_calls(draw))
    rows = list(_rows(draw, calls, last_day))
    with (folder / "pstn-usage.csv").open("w", encoding="utf-8-sig", newline="") as file:
        report = csv.writer(file)
        report.writerow(COLUMNS)
        report.writerows(rows)
    deck = read_deck(HERE / "deck.csv")
    reckoned = [reckon(call, deck) for call in calls]
    with (folder / "expected.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow(EXPECTED)
        line = 2
        for row, call, price in zip(rows, calls, reckoned, strict=True):
            facts = (call.call_type, call.label, price.outcome, price.billable_s, price.amount)
            sheet.writerow((line, row[0], *facts))
            line += 1 + sum(cell.count("\n") for cell in row)
    text = json.dumps(totals(reckoned), indent=2) + "\n"
    (folder / "expected-totals.json").write_text(text, encoding="utf-8")


def _rows(draw: Draw, calls: list[Call], last_day: date) -> Iterator[tuple[str, ...]]:
    """Spread the calls over four weeks, oldest first; one caller may join one conference more than once."""
    first = datetime.combine(last_day - timedelta(days=DAYS - 1), time(0, 0), UTC)
    step_s = DAYS * 86_400 / len(calls)
    conference, outsider = 733_001, ""
    for index, call in enumerate(calls):
        start = first + timedelta(seconds=int((index + draw.share()) * step_s))
        if draw.share() < 0.8:
            outsider = f"+4940669690{draw.below(10)}***"
        conference += int(call.call_type.startswith("conf_") and draw.share() < 0.2)
        caller = outsider if call.call_type.endswith("_in") else f"{SUBSCRIBER}{draw.below(100):02}"
        yield _row(draw, index, call, start, caller, str(conference))


def _row(
    draw: Draw, index: int, call: Call, start: datetime, caller: str, conference: str
) -> tuple[str, ...]:
    is_bot = call.call_type.startswith("ucap_")
    user = draw.below(len(NAMES))
    fraction = "" if index % 40 == 7 else ".9999999" if index % 50 == 9 else f".{draw.below(10**7):07}"
    offset = "Z" if index % 3 else "+00:00"
    end = start + timedelta(seconds=call.duration_s)
    return (
        str(uuid5(IDS, str(index))),
        f"{draw.below(10**10):010}_{draw.below(10**9):09}@192.0.2.176",
        conference if call.call_type.startswith("conf_") else "",
        "DE",
        "" if is_bot else str(uuid5(IDS, f"user {user}")),
        "" if is_bot else f"user{user}@contoso.com",
        "Reception Queue" if is_bot else NAMES[user],
        caller,
        call.call_type,
        "Inbound" if call.call_type.endswith("_in") else "Outbound",
        call.number_type,
        "Domestic" if call.external_country == "DE" else "International",
        call.external_country,
        call.number,
        call.external_country,
        f"{start:%Y-%m-%dT%H:%M:%S}{fraction}{offset}",
        f"{end:%Y-%m-%dT%H:%M:%S}{fraction}{offset}",
        str(call.duration_s),
        "0.00",
        "0.00",
        "USD",
        "FREECALL" if call.is_free else draw.one_of(("MCOPSTNPP", "MCOPSTN1", "MCOMEETADD")),
        "Microsoft",
        "Microsoft",
        "",
    )


if __name__ == "__main__":
    write_export(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
