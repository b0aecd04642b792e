"""Voids and corrections of what was sent, and eyes for what became of it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.integration.cases.events import Sent, event
from tests.integration.cases.house import House

Check = Callable[[], Awaitable[None]]

LOTS = """
    SELECT
        lot.kind,
        (CASE
            WHEN lot.lot_number = account.lot_number THEN account.lot_left_micros
            ELSE lot.left_micros
        END) / 1000000 AS "left",
        lot.forfeited_micros / 1000000 AS forfeited
    FROM account INNER JOIN lot USING (cell, account_id)
    WHERE tenant_id = $1
    ORDER BY lot.lot_number
"""

ENTRIES = """
    SELECT kind, amount_micros / 1000000 AS amount
    FROM ledger_entry INNER JOIN account USING (cell, account_id)
    WHERE tenant_id = $1 AND kind BETWEEN 1 AND 7
    ORDER BY kind, amount_micros
"""


def named(usage: Sent) -> dict[str, Any]:
    """Name what was sent as usage, as a void does."""
    document = json.loads(usage.value or b"")
    data = document["data"]
    starts = [data] if "started_at" in data else data["legs"]
    started_at = min(one["started_at"] for one in starts)
    return {"source": document["source"], "id": document["id"], "started_at": started_at}


def voided(usage: Sent, event_id: str | None = None, **given: object) -> Sent:
    """Void it; `given` replaces what the void says about it."""
    tenant = json.loads(usage.value or b"")["data"]["tenant_id"]
    data = {"tenant_id": tenant, "usage": named(usage) | given, "reason": "a mistake"}
    return event("usage", "usage.voided", data, event_id)


def corrected(usage: Sent, to: Sent, event_id: str | None = None) -> Sent:
    """Say that it should have been as another one is."""
    data = json.loads(to.value or b"")["data"]
    return event(
        "usage",
        "usage.corrected",
        {"tenant_id": data["tenant_id"], "usage": named(usage), "corrected": data},
        event_id,
    )


async def lots(house: House, tenant: str) -> list[tuple[str, int, int]]:
    """Each lot of a tenant: its kind, what is left and what is forfeited, in units."""
    return [tuple(row) for row in await house.pool.fetch(LOTS, tenant)]


async def usage_entries(house: House, tenant: str) -> list[tuple[int, int]]:
    """Kind and amount in units of every entry that is about usage."""
    return [tuple(row) for row in await house.pool.fetch(ENTRIES, tenant)]


async def money(house: House, tenant: str) -> tuple[int, int]:
    """Balance and debt, in units."""
    account = await house.account(tenant)
    return account["balance_micros"] // 1_000_000, account["debt_micros"] // 1_000_000


async def pending(house: House, tenant: str) -> tuple[int, bool]:
    """How many revisions wait for their usage, and whether the account says so."""
    count = await house.value(
        "SELECT count(*) FROM pending_revision INNER JOIN account USING (cell, account_id)"
        " WHERE tenant_id = $1",
        tenant,
    )
    return int(count), bool((await house.account(tenant))["pending_revisions"])
