"""What holds for every statement, and how tests look at one."""

import json
from typing import Any

from worker.domain.micros import parse_micros

# What other programs rely on in every entry, and in every line.
FIELDS = {
    "at", "started_at", "kind", "amount", "balance_after", "usage", "user_id", "rated_number", "destination",
    "lines", "tariff",
}  # fmt: skip
LINE_FIELDS = {"from_s", "to_s", "price_per_minute", "billable_s", "allowance_s", "amount"}


def adds_up(document: dict[str, Any]) -> bool:
    """Opening and entries make the closing balance, lines their entry, entries the balance after each."""
    balance = parse_micros(document["opening"])
    for entry in document["entries"]:
        balance += parse_micros(entry["amount"])
        if balance != parse_micros(entry["balance_after"]):
            return False
        lines = [parse_micros(line["amount"]) for line in entry["lines"]]
        if lines and sum(lines) != parse_micros(entry["amount"]):
            return False
    return balance == parse_micros(document["closing"])


def revision_of(entry: dict[str, Any]) -> int | None:
    return None if entry["revises"] is None else int(entry["revises"]["revision"])


def json_of(sent: Any) -> dict[str, Any]:  # noqa: ANN401 -- a record as the cases send it
    return dict(json.loads(sent.value))
