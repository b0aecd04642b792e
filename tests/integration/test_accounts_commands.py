from collections.abc import Awaitable

import pytest

from tests.integration.accounts_command import Accounts
from worker.postgres.transaction import Database

ACCOUNT = """
    INSERT INTO account (
        cell, account_id, tenant_id, currency, timezone, rate_deck, depleted, opened_hash, balance_micros,
        lot_number, lot_left_micros, more_lots, recharge_enabled, trigger_micros, recharge_amount_micros,
        open_recharge_id, recharge_block, blocked_until_s, status
    )
    VALUES (
        0, $1, $2, 'USD', 'UTC', 'standard', $3 <= 0, 0, $3,
        1, greatest($3, 0), true, $4 > 0, $4, 5000000,
        $5, $6, 4102444800, $7
    )
"""
TENANT = "INSERT INTO tenant (tenant_id, cell) VALUES ($1, 0)"
LOT = """
    INSERT INTO lot (cell, account_id, lot_number, kind, amount_micros, left_micros, paid_s, expires_s)
    VALUES (0, 1, $1, $2, $3, $4, 1767225600, $5)
"""
REQUEST = """
    INSERT INTO recharge (
        cell, recharge_id, account_id, reason, state, amount_micros, requested_s, answer_by_s, expires_s,
        balance_micros
    )
    VALUES (0, 'asked', 1, 'trigger', 'open', 5000000, 1767225600, 1767226500, 1767312000, 0)
"""


SHOWN = {
    "tenant_id": "acme",
    "name": "",
    "status": "active",
    "currency": "USD",
    "timezone": "UTC",
    "rate_deck": "standard",
    "balance": "3.5",
    "credit_limit": "0",
    "depleted": False,
    "payment_method": None,
    "auto_recharge": {
        "enabled": True,
        "trigger": "4",
        "amount": "5",
        "target": None,
        "max_units": 1,
        "monthly_cap": None,
        "daily_count": 5,
        "cooldown_s": 0,
        "state": "waiting",
    },
    "open_requests": [
        {
            "recharge_id": "asked",
            "reason": "trigger",
            "amount": "5",
            "attempt": 1,
            "requested_at": "2026-01-01T00:00:00Z",
            "answer_by": "2026-01-01T00:15:00Z",
            "expires_at": "2026-01-02T00:00:00Z",
        }
    ],
    "lots": [
        {
            "kind": "purchase",
            "amount": "10",
            "left": "3.5",
            "paid_at": "2026-01-01T00:00:00Z",
            "expires_at": "2027-01-01T00:00:00Z",
        },
        {
            "kind": "promotion",
            "amount": "1.25",
            "left": "0.25",
            "paid_at": "2026-01-01T00:00:00Z",
            "expires_at": None,
        },
    ],
    "allowances": [],
    "alerts": [],
}


@pytest.fixture
def accounts(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """No broker answers: what these commands do, they do without one."""
    monkeypatch.setenv("TALKTIME_POSTGRES_DSN", dsn)
    monkeypatch.setenv("TALKTIME_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    return Accounts()


def opened(
    pool: Database,
    number: int,
    tenant: str,
    *,
    balance: int = 0,
    trigger: int = 0,
    asked: str = "",
    block: str = "",
    status: str = "active",
) -> Awaitable[object]:
    async def insert() -> None:
        await pool.execute(TENANT, tenant)
        await pool.execute(ACCOUNT, number, tenant, balance, trigger, asked, block, status)

    return insert()


async def test_an_account_is_shown_with_what_is_really_left_of_its_lots(
    accounts: Accounts, pool: Database
) -> None:
    await opened(pool, 1, "acme", balance=3_500_000, trigger=4_000_000, asked="asked")
    # The account carries what is left of the first lot (3.5); the row of the lot itself is older.
    await pool.execute(LOT, 1, "purchase", 10_000_000, 9_000_000, 1798761600)
    await pool.execute(LOT, 2, "promotion", 1_250_000, 0, 253_402_300_799)
    await pool.execute(LOT, 3, "promotion", 1_250_000, 250_000, 253_402_300_799)
    await pool.execute(REQUEST)

    code, shown = await accounts("show", "acme")

    assert (code, shown) == (0, SHOWN)


async def test_a_payment_under_way_is_shown_with_the_time_that_it_has_got(
    accounts: Accounts, pool: Database
) -> None:
    await opened(pool, 1, "acme", asked="asked")
    await pool.execute(REQUEST)
    await pool.execute("UPDATE recharge SET state = 'pending', pending_until_s = answer_by_s + 3600")

    _, shown = await accounts("show", "acme")

    assert [request["answer_by"] for request in shown["open_requests"]] == ["2026-01-01T01:15:00Z"]


async def test_accounts_are_listed_by_what_is_asked(accounts: Accounts, pool: Database) -> None:
    await opened(pool, 1, "low", balance=1_000_000, trigger=2_000_000, block="declined")
    await opened(pool, 2, "rich", balance=9_000_000, trigger=2_000_000)
    await opened(pool, 3, "empty", status="suspended")

    found = {
        options: [account["tenant_id"] for account in (await accounts("list", *options))[1]]
        for options in ((), ("--below-trigger",), ("--depleted",), ("--status", "suspended"))
    }
    _, (first, *_) = await accounts("list")

    assert found == {
        (): ["low", "rich", "empty"],
        ("--below-trigger",): ["low"],
        ("--depleted",): ["empty"],
        ("--status", "suspended"): ["empty"],
    }
    assert "lots" not in first
    assert first["auto_recharge"]["state"] == "declined"


async def test_nothing_found_is_bad_news(accounts: Accounts) -> None:
    assert await accounts("list") == (1, [])
    assert await accounts("show", "nobody") == (1, None)
    code, _, complaint = await accounts.text("status", "nobody", "closed")
    assert code == 1
    assert "nobody" in complaint
