import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from tests.integration.audit_command import CHECKS, AuditCommand, broken
from tests.integration.cases.conftest import built
from tests.integration.cases.events import auto_recharge, call, conference, credit, leg, opened
from tests.integration.cases.house import House
from worker.cli.main import app
from worker.postgres.audit import Accounts
from worker.postgres.transaction import Database
from worker.transactions.audit_slice import SliceAudit

# What must never happen: each is done to one tenant's books behind the worker's back.
DRIFTS = {
    "a balance that no entry explains": (
        (
            "UPDATE account SET balance_micros = balance_micros + 1, debt_micros = debt_micros - 1"
            " WHERE account_id = $1"
        ),
        {"conservation", "books", "each_lot"},
    ),
    "an entry that is gone": (
        "DELETE FROM ledger_entry WHERE account_id = $1 AND kind = 1",
        {"conservation", "books", "each_lot", "entry_lines"},
    ),
    "an entry that was changed": (
        "UPDATE ledger_entry SET amount_micros = amount_micros - 1 WHERE account_id = $1 AND kind = 10",
        {"conservation", "books", "each_lot"},
    ),
    "a lot that holds more than the balance": (
        (
            "UPDATE lot SET amount_micros = amount_micros + 1, left_micros = left_micros + 1"
            " WHERE account_id = $1 AND lot_number = 1"
        ),
        {"lots", "each_lot"},
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
        {"each_lot", "entry_lines"},
    ),
    "a kind that stands in no book": (
        "UPDATE ledger_entry SET kind = 99 WHERE account_id = $1 AND kind = 10",
        {"books"},
    ),
    "an entry that another lot paid": (
        "UPDATE ledger_entry SET lot_number = 9 WHERE account_id = $1 AND kind = 10",
        {"each_lot"},
    ),
    "a debt that nobody made": (
        (
            "UPDATE account SET debt_micros = debt_micros + 1, lot_left_micros = lot_left_micros + 1,"
            " more_lots = true WHERE account_id = $1"
        ),
        {"each_lot"},
    ),
    "a bundle that has paid what it never used": (
        "UPDATE ledger_entry SET bundle_s = 60, codes = codes | 128 WHERE account_id = $1 AND codes & 64 = 0",
        {"bundles"},
    ),
    "a bundle's use that no usage made": (
        "INSERT INTO allowance_use VALUES (0, $1, 1, 202611, 60, 0)",
        {"bundles"},
    ),
    "a bundle's seconds that no line tells": (
        "UPDATE ledger_entry SET bundle_s = 60 WHERE account_id = $1 AND kind = 2",
        {"entry_lines"},
    ),
    "a call's seconds that no bundle's line tells": (
        "UPDATE ledger_entry SET bundle_s = 60 WHERE account_id = $1 AND kind = 1 AND codes & 64 <> 0",
        {"entry_lines"},
    ),
    "a request by hand that was never counted": (
        "UPDATE account SET open_by_hand = open_by_hand + 1 WHERE account_id = $1",
        {"one_open_request"},
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


@pytest.fixture(scope="module")
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
    examined = {check["name"]: check["examined"] for check in document["checks"]}
    assert examined == dict.fromkeys(CHECKS, 1) | {"books": 5, "each_lot": 2, "bundles": 0, "entry_lines": 2}
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
    if expected not in ({"entry_lines"}, {"books"}):
        assert any(tenant in example for example in examples)


async def test_a_tenant_without_an_account_is_named(books: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKTIME_POSTGRES_DSN", books.settings.postgres.dsn)
    result = await asyncio.to_thread(CliRunner().invoke, app, ["audit", "--tenant", "nobody"])

    assert result.exit_code == 1
    assert "nobody" in str(result.exception)


async def test_what_moments_see_adds_up_although_it_is_read_later(books: House, tenant: str) -> None:
    """Entries that come between two steps are those of another moment."""
    account = await books.value("SELECT account_id FROM account WHERE tenant_id = $1", tenant)
    slice_audit = SliceAudit(books.pool, Accounts(0, account, account))
    said = await slice_audit.begin()
    steps = slice_audit.steps(said)
    await anext(steps)

    await books.charge(call(tenant), conference(tenant, leg("one"), leg("two")), credit(tenant, "3"))
    async for _ in steps:
        pass

    assert await books.balance(tenant) == said.reckoning.accounts[account].balance_micros
    assert said.reckoning.unbalanced() == []
