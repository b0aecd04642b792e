"""Credit that comes, goes back and is moved by hand, and eyes for what it left in the books."""

import json
from typing import Any
from uuid import uuid4

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import NOON, Sent, event
from tests.integration.cases.house import House
from worker.domain.draft import Draft
from worker.postgres.due import Due
from worker.transactions.sweep_due import Pass, sweep_due

NOON_S = int(NOON.timestamp())

# What every lot has had and paid, by the entries and their shares, beside what is left of it; lot 0 is debt.
UNLIKE = """
    WITH owned AS (SELECT * FROM account WHERE tenant_id = $1),
    share AS (
        SELECT line.day, line.source_number, line.event_key, line.lot_number, line.amount_micros
        FROM entry_line AS line INNER JOIN owned USING (cell, account_id)
        WHERE line.part = 2
    ),
    booked AS (
        SELECT lot_number, amount_micros FROM share
        UNION ALL
        SELECT entry.lot_number, entry.amount_micros
        FROM ledger_entry AS entry INNER JOIN owned USING (cell, account_id)
        WHERE NOT EXISTS (
            SELECT FROM share
            WHERE
                share.day = entry.day AND share.source_number = entry.source_number
                AND share.event_key = entry.event_key
        )
    ),
    stood AS (
        SELECT
            lot.lot_number,
            CASE WHEN lot.lot_number = owned.lot_number THEN owned.lot_left_micros ELSE lot.left_micros END
                AS left_micros
        FROM lot INNER JOIN owned USING (cell, account_id)
        UNION ALL
        SELECT 0, -debt_micros FROM owned
    )
    SELECT lot_number, coalesce(sum(booked.amount_micros), 0), stood.left_micros
    FROM stood LEFT JOIN booked USING (lot_number)
    GROUP BY lot_number, stood.left_micros
    HAVING coalesce(sum(booked.amount_micros), 0) <> stood.left_micros
"""

BALANCE = """
    SELECT account.balance_micros, coalesce(sum(entry.amount_micros), 0)
    FROM account LEFT JOIN ledger_entry AS entry USING (cell, account_id)
    WHERE tenant_id = $1
    GROUP BY account.balance_micros
"""

BOOKED = """
    SELECT entry.kind, entry.amount_micros
    FROM ledger_entry AS entry INNER JOIN account USING (cell, account_id)
    WHERE tenant_id = $1 AND kind > 9
    ORDER BY kind, amount_micros
"""


def reversed_payment(tenant: str, payment_id: str, amount: str, reversal_id: str, **data: object) -> Sent:
    given = {"tenant_id": tenant, "payment_id": payment_id, "reversal_id": reversal_id, "amount": amount}
    given |= {"currency": "USD", "kind": "dispute", "reason": "not mine"}
    return event("payments", "payment.reversed", {**given, **data})


def reinstated(tenant: str, reversal_id: str) -> Sent:
    return event("payments", "payment.reinstated", {"tenant_id": tenant, "reversal_id": reversal_id})


def adjusted(tenant: str, amount: str, adjustment_id: str | None = None, **data: object) -> Sent:
    given = {"tenant_id": tenant, "adjustment_id": adjustment_id or str(uuid4()), "amount": amount}
    given |= {"currency": "USD", "kind": "goodwill", "description": "for the outage", "by": "ops"}
    return event("accounts", "account.adjusted", {**given, **data})


def alerts_set(tenant: str, *levels: str, currency: str = "USD") -> Sent:
    given: dict[str, object] = {"tenant_id": tenant, "levels": list(levels), "currency": currency}
    return event("accounts", "account.alerts_set", given)


def changed(tenant: str, **data: object) -> Sent:
    return event("accounts", "account.changed", {"tenant_id": tenant, **data})


def status_set(tenant: str, status: str) -> Sent:
    return event("accounts", "account.status_set", {"tenant_id": tenant, "status": status, "reason": "r"})


def clock(desk: Desk, seconds: float) -> Desk:
    """Set a desk's clock to so many seconds after yesterday's noon."""
    desk.now_us = round((NOON_S + seconds) * 1_000_000)
    return desk


async def sweep(desk: Desk) -> Draft | None:
    """Do what is due by now, as the sweeper does."""
    _, draft = await sweep_due(desk.office, desk.now_us, Pass(Due(0, 0), 100, 0))
    return draft


async def booked(house: House, tenant: str) -> list[tuple[int, int]]:
    """Kind and amount of every entry that is no usage."""
    return [tuple(row) for row in await house.pool.fetch(BOOKED, tenant)]


async def books_agree(house: House, tenant: str) -> None:
    """Hold the balance against the entries, and every lot and the debt against their shares."""
    balance = await house.pool.fetchrow(BALANCE, tenant)
    assert balance is not None
    assert balance[0] == balance[1]
    assert [tuple(row) for row in await house.pool.fetch(UNLIKE, tenant)] == []


async def promised(house: House, tenant: str) -> list[dict[str, Any]]:
    """The notices that a tenant was promised, where nobody publishes them: type, then what stands in it."""
    rows = await house.pool.fetch(
        "SELECT value FROM outbox INNER JOIN account USING (cell, account_id)"
        " WHERE tenant_id = $1 AND topic = $2 ORDER BY outbox.sequence",
        tenant,
        house.settings.topics.notices,
    )
    return [noticed(json.loads(row["value"])) for row in rows]


def noticed(message: dict[str, Any]) -> dict[str, Any]:
    """Say what a notice says, without what every notice says."""
    data = {name: one for name, one in message["data"].items() if name not in {"tenant_id", "currency"}}
    return {"type": message["type"].removeprefix("talktime.").removesuffix(".v1"), **data}
