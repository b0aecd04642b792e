import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from typer.testing import CliRunner

from tests.integration.cases.conftest import built
from tests.integration.cases.events import auto_recharge, call, conference, credit, event, leg, opened
from tests.integration.cases.house import House
from worker.cli.main import app
from worker.loops.audit import Auditor
from worker.metrics.catalogue import REGISTRY
from worker.postgres.transaction import Database

CHECKS = ("conservation", "lots", "entry_lines", "one_open_request", "triggers")

# What must never happen: each is done to one tenant's books behind the worker's back.
DRIFTS = {
    "a balance that no entry explains": (
        (
            "UPDATE account SET balance_micros = balance_micros + 1, debt_micros = debt_micros - 1"
            " WHERE account_id = $1"
        ),
        {"conservation"},
    ),
    "an entry that is gone": (
        "DELETE FROM ledger_entry WHERE account_id = $1 AND kind = 1",
        {"conservation", "entry_lines"},
    ),
    "an entry that was changed": (
        "UPDATE ledger_entry SET amount_micros = amount_micros - 1 WHERE account_id = $1 AND kind = 10",
        {"conservation"},
    ),
    "a lot that holds more than the balance": (
        (
            "UPDATE lot SET amount_micros = amount_micros + 1, left_micros = left_micros + 1"
            " WHERE account_id = $1 AND lot_number = 1"
        ),
        {"lots"},
    ),
    "a leg that costs something else": (
        (
            "UPDATE entry_line SET amount_micros = amount_micros - 1"
            " WHERE account_id = $1 AND part = 1 AND line = 0"
        ),
        {"entry_lines"},
    ),
    "shares of lots that are gone": (
        "DELETE FROM entry_line WHERE account_id = $1 AND part = 2",
        {"entry_lines"},
    ),
    "lines without an entry": (
        "UPDATE entry_line SET event_key = gen_random_uuid() WHERE account_id = $1 AND part = 1",
        {"entry_lines"},
    ),
    "a request that was never opened": (
        "DELETE FROM recharge WHERE account_id = $1",
        {"one_open_request", "triggers"},
    ),
    "a request that the account has forgotten": (
        "UPDATE account SET open_recharge_id = '' WHERE account_id = $1",
        {"one_open_request"},
    ),
    "a second open request": (
        """
        INSERT INTO recharge
        SELECT (jsonb_populate_record(recharge, '{"recharge_id": "two"}')).*
        FROM recharge WHERE account_id = $1
        """,
        {"one_open_request", "triggers"},
    ),
}

MISCOUNT = "UPDATE read_position SET records = records + $1, {0} = {0} + $1 WHERE {0} > 0"


class AuditCommand:
    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TALKTIME_POSTGRES_DSN", house.settings.postgres.dsn)

    async def __call__(self, *arguments: str) -> tuple[int, Any]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["audit", "--json", *arguments])
        return result.exit_code, json.loads(result.stdout)


def broken(document: dict[str, Any]) -> set[str]:
    return {check["name"] for check in document["checks"] if not check["ok"]}


@pytest.fixture(scope="session")
async def books(bootstrap_servers: str, postgres_dsn: str, template: str) -> AsyncIterator[House]:
    """A worker at work for tenants whose books are then spoilt; nobody else looks at them."""
    async with built(bootstrap_servers, postgres_dsn, template) as house, house.working():
        # The database itself would refuse a second open request.
        await house.pool.execute("DROP INDEX recharge_one_open")
        yield house


@pytest.fixture
async def tenant(books: House) -> str:
    """Has spent two lots, owes some, and waits for the answer to its one request."""
    tenant = f"tenant-{uuid4().hex[:12]}"
    await books.charge(
        opened(tenant),
        auto_recharge(tenant, trigger="1", amount="20"),
        credit(tenant, "3"),
        credit(tenant, "2"),
    )
    await books.charge(
        conference(tenant, leg("one"), leg("two")),
        call(tenant, duration_s=240),
        call(tenant),
    )
    return tenant


async def spoil(pool: Database, statement: str, tenant: str) -> None:
    """Change the books as no worker can: past the trigger that keeps the ledger append-only."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        account = await connection.fetchval("SELECT account_id FROM account WHERE tenant_id = $1", tenant)
        assert await connection.execute(statement, account) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}


async def test_books_that_nobody_spoilt_are_proved(
    books: House, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, document = await AuditCommand(books, monkeypatch)("--tenant", tenant)

    assert code == 0
    assert (document["ok"], document["tenants"]) == (True, 1)
    assert [check["name"] for check in document["checks"]] == list(CHECKS)
    assert {check["examined"] for check in document["checks"]} == {1, 2}
    assert set(document) == {"ok", "checked_at", "tenants", "checks"}
    assert set(document["checks"][0]) == {"name", "ok", "examined", "violations", "examples"}


@pytest.mark.parametrize("drift", DRIFTS)
async def test_drift_is_found_and_its_tenant_named(
    books: House, tenant: str, monkeypatch: pytest.MonkeyPatch, drift: str
) -> None:
    statement, expected = DRIFTS[drift]
    await spoil(books.pool, statement, tenant)

    code, document = await AuditCommand(books, monkeypatch)("--tenant", tenant)

    assert (code, document["ok"]) == (1, False)
    assert broken(document) == expected
    examples = [example for check in document["checks"] for example in check["examples"]]
    assert examples
    if expected != {"entry_lines"}:
        assert any(tenant in example for example in examples)


async def test_every_record_has_one_outcome_and_a_missing_one_is_found(
    bootstrap_servers: str, postgres_dsn: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with built(bootstrap_servers, postgres_dsn, template) as house:
        audit = AuditCommand(house, monkeypatch)
        async with house.working():
            await house.charge(
                opened("acme"),
                call("acme"),
                call("later"),
                event("usage", "usage.call", {"tenant_id": "acme"}),
            )
            await house.charge(opened("later"))

            async def is_released() -> bool:
                return bool(await house.value("SELECT count(*) FROM parked WHERE closed_as = 'charged'"))

            await house.until(is_released)
        clean = await audit()
        spoilt = {}
        for column, table in (("charged", "ledger"), ("parked", "parked"), ("dead_lettered", "dead letters")):
            change = MISCOUNT.format(column)
            await house.pool.execute(change, 1)
            spoilt[table] = await audit()
            await house.pool.execute(change, -1)

    assert (clean[0], clean[1]["ok"], clean[1]["tenants"]) == (0, True, 2)
    assert [check["name"] for check in clean[1]["checks"]] == [*CHECKS, "outcomes"]
    for code, document in spoilt.values():
        assert (code, broken(document)) == (1, {"outcomes"})


async def test_calls_that_are_charged_meanwhile_are_no_alarm(
    bootstrap_servers: str, postgres_dsn: str, template: str
) -> None:
    verdicts: list[asyncpg.Record] = []
    async with built(bootstrap_servers, postgres_dsn, template) as house, house.working():
        await house.charge(opened("acme"), credit("acme", "5"))
        auditor = Auditor(house.pool, 0, every_s=0)
        await house.send(*(call("acme") for _ in range(2000)))
        reading = asyncio.create_task(house.all_read())
        while not (reading.done() and verdicts):
            await auditor.step()
            verdicts += await house.pool.fetch("SELECT name, ok FROM audit_result")
        await reading

    assert {row["name"] for row in verdicts} == {*CHECKS, "outcomes"}
    assert all(row["ok"] for row in verdicts)
    assert REGISTRY.get_sample_value("talktime_audit_violations", {"check": "outcomes"}) == 0


async def test_a_tenant_without_an_account_is_named(books: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKTIME_POSTGRES_DSN", books.settings.postgres.dsn)
    result = await asyncio.to_thread(CliRunner().invoke, app, ["audit", "--tenant", "nobody"])

    assert result.exit_code == 1
    assert "nobody" in str(result.exception)
