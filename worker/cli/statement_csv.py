"""A statement as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import sys
from collections.abc import Iterable
from typing import Final

from worker.cli.statement_json import documents
from worker.codec.statements import Document, statement_document
from worker.postgres.statement_views import OpenStatement

COLUMNS: Final = (
    "at",
    "started_at",
    "kind",
    "amount",
    "balance_after",
    "currency",
    "usage_source",
    "usage_id",
    "user_id",
    "service",
    "rated_number",
    "destination",
    "duration_s",
    "billable_s",
    "allowance_s",
    "price_per_minute",
    "deck",
    "version",
    "prefix",
    "window",
    "description",
    "payment_id",
    "recharge_id",
    "reversal_id",
    "adjustment_id",
)
# What makes a spreadsheet read a cell as a formula, or look past its beginning.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


async def write_csv(opened: OpenStatement) -> None:
    """Write a row an entry, between a row of the opening and one of the closing balance."""
    head = statement_document(opened.statement)
    table = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\r\n", restval="")
    table.writeheader()
    currency = {"currency": head["currency"]}
    table.writerow({"kind": "opening", "balance_after": head["opening"]} | currency)
    async for document in documents(opened):
        table.writerow(row_cells(document) | currency)
    table.writerow({"kind": "closing", "balance_after": head["closing"]} | currency)


def row_cells(document: Document) -> dict[str, object]:
    """Give an entry's cells; where the legs of a conference differ, a cell names each value once."""
    lines, usage, tariff = document["lines"], document["usage"] or {}, document["tariff"] or {}
    texts: dict[str, object] = {
        "kind": document["kind"],
        "usage_source": usage.get("source"),
        "usage_id": usage.get("id"),
        "user_id": document["user_id"],
        "service": _joined([document, *lines], "service"),
        "rated_number": _joined([document, *lines], "rated_number"),
        "destination": _joined([document, *lines], "destination"),
        "deck": tariff.get("deck"),
        "prefix": tariff.get("prefix"),
        "window": tariff.get("window"),
        "description": document.get("description"),
        "payment_id": document.get("payment_id"),
        "recharge_id": document.get("recharge_id"),
        "reversal_id": document.get("reversal_id"),
        "adjustment_id": document.get("adjustment_id"),
    }
    plain: dict[str, object] = {
        name: document.get(name) for name in ("at", "started_at", "amount", "balance_after", "duration_s")
    }
    if lines:
        plain["billable_s"] = sum(line["billable_s"] for line in lines)
        plain["allowance_s"] = sum(line["allowance_s"] for line in lines)
    return (
        plain
        | {"price_per_minute": _joined(lines, "price_per_minute"), "version": tariff.get("version")}
        | {name: as_text(text) for name, text in texts.items()}
    )


def as_text(text: object) -> str:
    """Keep a spreadsheet from running what somebody outside has written."""
    written = "" if text is None else str(text)
    return f"'{written}" if written.startswith(FORMULA) else written


def _joined(documents: Iterable[Document], name: str) -> str:
    values = dict.fromkeys(document.get(name) for document in documents)
    return "; ".join(str(value) for value in values if value is not None)
