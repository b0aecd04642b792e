"""A Teams PSTN export from file to recharge, against what a spreadsheet makes of the same rows."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.acceptance.teams.destinations import CALL_TYPES
from tests.acceptance.teams.make_export import HERE, LAST_DAY, write_export
from tests.acceptance.teams.paying import pay, requests_of
from tests.acceptance.teams.running_stack import RunningStack, running_stack

CHARGED = """
    SELECT event_key::text AS usage_id, entry.amount_micros
    FROM ledger_entry AS entry
    JOIN account USING (cell, account_id)
    WHERE tenant_id = $1
"""


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed export, moved to the four weeks that end yesterday: days of long ago are closed."""
    folder = tmp_path_factory.mktemp("export")
    write_export(folder, (datetime.now(UTC) - timedelta(days=1)).date())
    return folder


@pytest.fixture(scope="module")
def expected(export: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((export / "expected-totals.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        deck = ("--deck", "teams", "--currency", "USD", "--timezone", "Europe/Berlin")
        stack.talktime(
            "rates", "import", HERE / "deck.csv", *deck, "--effective-from", "2020-01-01T00:00:00Z"
        )
        yield stack


def open_account(stack: RunningStack, tenant: str, expected: dict[str, Any]) -> None:
    terms = ("--currency", "USD", "--timezone", "Europe/Berlin", "--rate-deck", "teams")
    stack.talktime("accounts", "open", tenant, *terms)
    stack.talktime("accounts", "add-credit", tenant, expected["credit"], "--already-paid", f"{tenant}-1")
    settings = ("--trigger", expected["trigger"], "--amount", expected["recharge"], "--daily-count", 100)
    stack.talktime("accounts", "auto-recharge", tenant, *settings)
    stack.until(lambda: balance(stack, tenant), Decimal(expected["credit"]))


def account(stack: RunningStack, tenant: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.talktime("accounts", "show", tenant)
    return found


def balance(stack: RunningStack, tenant: str) -> Decimal:
    return Decimal(account(stack, tenant)["balance"])


def publish(stack: RunningStack, export: Path, tenant: str) -> dict[str, Any]:
    mapping = ("--mapping", HERE / "mapping.toml", "--tenant", tenant)
    report = stack.talktime("publish", export / "pstn-usage.csv", "--format", "teams-pstn", *mapping)
    assert isinstance(report, dict)
    return report


def publish_again(stack: RunningStack, export: Path, tenant: str, expected: dict[str, Any]) -> None:
    """Publish the same file once more, and wait until the worker has seen all of it."""
    seen = stack.outcomes("duplicate")
    publish(stack, export, tenant)
    stack.until(lambda: stack.outcomes("duplicate"), seen + expected["charged"])


async def charged(stack: RunningStack, tenant: str) -> dict[str, Decimal]:
    """Give what each row was charged, by its UsageId."""
    connection = await asyncpg.connect(stack.addresses["postgres"])
    try:
        rows = await connection.fetch(CHARGED, tenant)
    finally:
        await connection.close()
    return {row["usage_id"]: -Decimal(row["amount_micros"]) / 1_000_000 for row in rows}


@asynccontextmanager
async def payments_made(stack: RunningStack, tenant: str) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(pay(stack.addresses["kafka"], tenant, stop))
        try:
            yield
        finally:
            stop.set()


def test_the_committed_export_is_what_its_maker_makes(tmp_path: Path) -> None:
    write_export(tmp_path, LAST_DAY)
    for name in ("pstn-usage.csv", "expected.csv", "expected-totals.json"):
        assert (tmp_path / name).read_bytes() == (HERE / name).read_bytes(), name


def test_the_export_has_every_call_type_many_times() -> None:
    with (HERE / "expected.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 2000
    for call_type in CALL_TYPES:
        outcomes = {row["outcome"] for row in rows if row["call_type"] == call_type}
        assert outcomes >= {"charged"}, call_type


async def test_every_row_costs_what_the_spreadsheet_says_and_a_second_run_changes_nothing(
    stack: RunningStack, export: Path, expected: dict[str, Any]
) -> None:
    open_account(stack, "contoso", expected)

    report = publish(stack, export, "contoso")

    assert (report["published"], report["rejected"]) == (expected["charged"], [])
    assert len(report["skipped"]) == expected["skipped"]
    await asyncio.to_thread(
        stack.until, lambda: balance(stack, "contoso"), Decimal(expected["closing_unanswered"])
    )
    with (export / "expected.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["outcome"] == "charged"]
    amounts = await charged(stack, "contoso")
    assert {row["usage_id"]: Decimal(row["amount"]) for row in rows} == {
        usage_id: amount for usage_id, amount in amounts.items() if amount >= 0
    }
    before = account(stack, "contoso")
    assert len(before["open_requests"]) == expected["requests_unanswered"] == 1

    publish_again(stack, export, "contoso", expected)

    assert account(stack, "contoso") == before
    assert len(await requests_of(stack.addresses["kafka"], "contoso")) == 1


async def test_each_crossing_asks_once_when_every_request_is_paid_at_once(
    stack: RunningStack, export: Path, expected: dict[str, Any]
) -> None:
    open_account(stack, "fabrikam", expected)
    async with payments_made(stack, "fabrikam"):
        publish(stack, export, "fabrikam")
        closing = Decimal(expected["closing_answered"])
        await asyncio.to_thread(stack.until, lambda: balance(stack, "fabrikam"), closing)
        before = account(stack, "fabrikam")
        assert before["open_requests"] == []

        publish_again(stack, export, "fabrikam", expected)

    assert account(stack, "fabrikam") == before
    requests = await requests_of(stack.addresses["kafka"], "fabrikam")
    assert len(requests) == expected["requests_answered"]
    assert {Decimal(request["amount"]) for request in requests} == {Decimal(expected["recharge"])}
    assert stack.talktime("audit")["ok"]
