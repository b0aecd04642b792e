"""Views of accounts: what people and other programs may see of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

FIND_CELL: Final = "SELECT cell FROM tenant WHERE tenant_id = $1"

FIND: Final = """
    SELECT
        cell, account_id, tenant_id, name, status, currency, timezone, rate_deck, balance_micros,
        credit_limit_micros, depleted, payment_method, recharge_enabled, trigger_micros,
        recharge_amount_micros, recharge_target_micros, max_units, monthly_cap_micros, daily_count,
        cooldown_s, recharge_block, open_recharge_id <> '' AS waiting, opened_hash,
        alert_levels, former_timezones, blocked_until_s, cooling_until_s, recharge_day, recharges_of_day,
        recharge_month, recharge_month_micros, suppressed
    FROM account
    WHERE cell = $1 AND tenant_id = $2
"""

# Page by page along the key: no snapshot is held while somebody reads a long list.
PAGE: Final = """
    SELECT
        cell, account_id, tenant_id, name, status, currency, timezone, rate_deck, balance_micros,
        credit_limit_micros, depleted, payment_method, recharge_enabled, trigger_micros,
        recharge_amount_micros, recharge_target_micros, max_units, monthly_cap_micros, daily_count,
        cooldown_s, recharge_block, open_recharge_id <> '' AS waiting, opened_hash,
        alert_levels, former_timezones, blocked_until_s, cooling_until_s, recharge_day, recharges_of_day,
        recharge_month, recharge_month_micros, suppressed
    FROM account
    WHERE
        cell = $1
        AND account_id > $2
        AND ($4::text IS NULL OR status = $4)
        AND (NOT $5::boolean OR depleted)
        AND (NOT $6::boolean OR (recharge_enabled AND balance_micros < trigger_micros))
    ORDER BY account_id
    LIMIT $3
"""

# A payment under way has until its own time, which the payment service told.
OPEN_REQUESTS: Final = """
    SELECT
        account_id, recharge_id, reason, amount_micros, attempt, requested_s,
        greatest(answer_by_s, pending_until_s) AS answer_by_s, expires_s
    FROM recharge
    WHERE cell = $1 AND account_id = ANY($2::integer []) AND state IN ('open', 'pending')
    ORDER BY account_id, requested_s, recharge_id
"""

# What is left of the account's current lot stands in the account; every other lot's own number is true.
LOTS: Final = """
    SELECT kind, amount_micros, left_micros, paid_s, expires_s
    FROM (
        SELECT
            lot.kind, lot.amount_micros, lot.paid_s, lot.expires_s, lot.lot_number,
            CASE
                WHEN lot.lot_number = account.lot_number THEN account.lot_left_micros
                ELSE lot.left_micros
            END AS left_micros
        FROM account
        INNER JOIN lot ON lot.cell = $1 AND account.account_id = lot.account_id
        WHERE account.cell = $1 AND account.account_id = $2
    ) AS owned
    WHERE left_micros > 0
    ORDER BY expires_s, kind <> 'promotion', paid_s, lot_number
"""


class AccountView(NamedTuple):
    """An account as it is shown; amounts in micros, None where a setting is absent."""

    cell: int
    account_id: int
    tenant_id: str
    name: str
    status: str
    currency: str
    timezone: str
    rate_deck: str
    balance_micros: int
    credit_limit_micros: int
    depleted: bool
    payment_method: str | None
    recharge_enabled: bool
    trigger_micros: int | None
    recharge_amount_micros: int | None
    recharge_target_micros: int | None
    max_units: int
    monthly_cap_micros: int | None
    daily_count: int
    cooldown_s: int
    recharge_block: str
    waiting: bool
    opened_hash: int
    alert_levels: str
    former_timezones: str
    blocked_until_s: int
    cooling_until_s: int
    recharge_day: int
    recharges_of_day: int
    recharge_month: int
    recharge_month_micros: int
    suppressed: str


class RequestView(NamedTuple):
    """A recharge request that waits for its answer; times in Unix seconds."""

    recharge_id: str
    reason: str
    amount_micros: int
    attempt: int
    requested_s: int
    answer_by_s: int
    expires_s: int


class LotView(NamedTuple):
    """A lot of which something is left; times in Unix seconds."""

    kind: str
    amount_micros: int
    left_micros: int
    paid_s: int
    expires_s: int


class Chosen(NamedTuple):
    """Which accounts a list shows."""

    status: str | None = None
    depleted: bool = False
    below_trigger: bool = False


async def find_account(tx: Transaction, tenant_id: str) -> AccountView | None:
    """Find a tenant's account in whichever cell it lives."""
    home = await tx.fetchrow(FIND_CELL, tenant_id)
    if home is None:
        return None
    row = await tx.fetchrow(FIND, home["cell"], tenant_id)
    return None if row is None else AccountView._make(row)


async def page_of_accounts(
    tx: Transaction, cell: int, after_id: int, limit: int, chosen: Chosen
) -> list[AccountView]:
    """Read the accounts that follow one, in the order in which they were opened."""
    rows = await tx.fetch(PAGE, cell, after_id, limit, *chosen)
    return [AccountView._make(row) for row in rows]


async def open_requests(
    tx: Transaction, cell: int, account_ids: Iterable[int]
) -> defaultdict[int, list[RequestView]]:
    """Read what each account has asked for and not heard of."""
    found: defaultdict[int, list[RequestView]] = defaultdict(list)
    for row in await tx.fetch(OPEN_REQUESTS, cell, sorted(account_ids)):
        account_id, *rest = row
        found[account_id].append(RequestView._make(rest))
    return found


async def lots_left(tx: Transaction, cell: int, account_id: int) -> list[LotView]:
    """Read the lots of which something is left, in the order in which they are spent."""
    return [LotView._make(row) for row in await tx.fetch(LOTS, cell, account_id)]
