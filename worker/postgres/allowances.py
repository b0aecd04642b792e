"""Bundles: their terms month by month, and the seconds that each has paid."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from worker.domain.allowance import Allowances, Use
from worker.domain.allowance_plan import Plan, Terms
from worker.postgres.transaction import Transaction

# Of each bundle the terms that hold in month $3, and those that follow.
TERMS: Final = """
    SELECT
        account_id, allowance_number, from_month, name, minutes, services, number_types, prefixes,
        except_prefixes, origins
    FROM allowance
    WHERE
        cell = $1
        AND account_id = ANY($2::integer [])
        AND (
            from_month > $3
            OR from_month = (
                SELECT max(held.from_month)
                FROM allowance AS held
                WHERE
                    held.cell = $1
                    AND held.account_id = allowance.account_id
                    AND held.allowance_number = allowance.allowance_number
                    AND held.from_month <= $3
            )
        )
    ORDER BY account_id, allowance_number, from_month
"""

USES: Final = """
    SELECT account_id, allowance_number, month, used_s, told
    FROM allowance_use
    WHERE cell = $1 AND account_id = ANY($2::integer []) AND month >= $3
"""

# The account is locked, so no other transaction changes its bundles.
WRITE_TERMS: Final = """
    INSERT INTO allowance (
        cell, account_id, allowance_number, from_month, name, minutes, services, number_types, prefixes,
        except_prefixes, origins
    )
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (cell, account_id, allowance_number, from_month) DO UPDATE SET
        minutes = excluded.minutes,
        services = excluded.services,
        number_types = excluded.number_types,
        prefixes = excluded.prefixes,
        except_prefixes = excluded.except_prefixes,
        origins = excluded.origins
"""

# One statement for all accounts of a batch; the numbers were read under the lock that is still held.
WRITE_USES: Final = """
    INSERT INTO allowance_use (cell, account_id, allowance_number, month, used_s, told)
    SELECT $1::smallint, given.*
    FROM unnest($2::integer [], $3::smallint [], $4::integer [], $5::bigint [], $6::smallint []) AS given
    ON CONFLICT (cell, account_id, allowance_number, month) DO UPDATE SET
        used_s = excluded.used_s,
        told = excluded.told
"""


async def read_plans(
    tx: Transaction, cell: int, account_ids: Iterable[int], since_month: int
) -> dict[int, Plan]:
    """Read which bundles locked accounts have in a month or later."""
    wanted = sorted(account_ids)
    terms: defaultdict[int, list[Terms]] = defaultdict(list)
    for account_id, number, month, name, minutes, *lists in await tx.fetch(TERMS, cell, wanted, since_month):
        terms[account_id].append(Terms(number, month, name, minutes, *map(tuple, lists)))
    return {account_id: Plan(since_month, terms[account_id]) for account_id in wanted}


async def read_uses(
    tx: Transaction, cell: int, account_ids: Iterable[int], since_month: int
) -> dict[int, list[Use]]:
    """Read what locked accounts have used of their bundles in a month or later."""
    uses: dict[int, list[Use]] = {account_id: [] for account_id in account_ids}
    for account_id, *use in await tx.fetch(USES, cell, sorted(uses), since_month):
        uses[account_id].append(Use._make(use))
    return uses


async def write_allowances(tx: Transaction, cell: int, accounts: Mapping[int, Allowances]) -> None:
    """Write what changed of the bundles of locked accounts."""
    uses = []
    for account_id, allowances in accounts.items():
        # Terms come one event at a time, so one statement each does.
        for key in sorted(allowances.changed_terms):
            await tx.execute(WRITE_TERMS, cell, account_id, *allowances.changed_terms[key])
        uses += [(account_id, *use) for use in allowances.uses()]
    if uses:
        await tx.execute(WRITE_USES, cell, *map(list, zip(*uses, strict=True)))
