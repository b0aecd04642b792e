"""Bundles as a platform sets them, and eyes for what they paid."""

from datetime import UTC, datetime
from typing import Any

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import Sent, event
from tests.integration.cases.house import House

LONG_AGO = "2025-01-01T00:00:00Z"

USED = """
    SELECT DISTINCT allowance.name, month, used_s
    FROM account
    INNER JOIN allowance_use USING (cell, account_id)
    INNER JOIN allowance USING (cell, account_id, allowance_number)
    WHERE tenant_id = $1
"""

# By the database's own calendar: what is counted as used is what entries and their lines say was paid.
UNPROVED = """
    WITH part AS (
        SELECT cell, account_id, codes / 128 AS allowance_number, started_s, bundle_s
        FROM ledger_entry WHERE codes >= 128
        UNION ALL
        SELECT cell, account_id, codes / 128, started_s, bundle_s FROM entry_line WHERE part = 3
    ),
    paid AS (
        SELECT
            cell, account_id, allowance_number, sum(bundle_s) AS used_s,
            to_char(to_timestamp(started_s) AT TIME ZONE timezone, 'YYYYMM')::integer AS month
        FROM part INNER JOIN account USING (cell, account_id)
        GROUP BY 1, 2, 3, 5
    )
    SELECT account_id, allowance_number, month, paid.used_s AS paid_s, allowance_use.used_s
    FROM paid FULL JOIN allowance_use USING (cell, account_id, allowance_number, month)
    WHERE coalesce(paid.used_s, 0) <> coalesce(allowance_use.used_s, 0)
"""


def allowance(
    tenant: str, name: str, minutes: int, effective_from: str | None = LONG_AGO, **applies_to: list[str]
) -> Sent:
    data: dict[str, Any] = {
        "tenant_id": tenant,
        "allowance": name,
        "minutes": minutes,
        "period": "calendar_month",
        "applies_to": applies_to,
    }
    if effective_from is not None:
        data["effective_from"] = effective_from
    return event("accounts", "account.allowance_set", data)


async def used(house: House, tenant: str) -> dict[tuple[str, int], int]:
    """Give the seconds used, by bundle and month, where there are any."""
    rows = await house.pool.fetch(USED, tenant)
    return {(row["name"], row["month"]): row["used_s"] for row in rows if row["used_s"]}


async def proved(house: House) -> bool:
    """Say whether the ledger proves every month's use, of every account."""
    return not await house.pool.fetch(UNPROVED)


def now_at(desk: Desk) -> datetime:
    """Give the desk's moment in whole seconds."""
    return datetime.fromtimestamp(desk.now_us // 1_000_000, UTC)


def month_of(moment: datetime) -> int:
    return moment.year * 100 + moment.month


def first_of(moment: datetime) -> datetime:
    """Give the beginning of a moment's month."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
