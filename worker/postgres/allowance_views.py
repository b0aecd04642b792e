"""Views of allowances: what people and other programs may see of an account's bundles."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

# The terms that hold in a month are the last that begin in it or before; 0 minutes: the bundle has ended.
HELD: Final = """
    SELECT account_id, name, minutes, used_s
    FROM (
        SELECT DISTINCT ON (wanted.account_id, terms.allowance_number)
            wanted.account_id, terms.name, terms.minutes, coalesce(paid.used_s, 0) AS used_s
        FROM unnest($2::integer [], $3::integer []) AS wanted (account_id, month)
        INNER JOIN allowance AS terms
            ON terms.cell = $1 AND wanted.account_id = terms.account_id AND wanted.month >= terms.from_month
        LEFT JOIN allowance_use AS paid
            ON
                paid.cell = $1
                AND terms.account_id = paid.account_id
                AND terms.allowance_number = paid.allowance_number
                AND wanted.month = paid.month
        ORDER BY wanted.account_id, terms.allowance_number, terms.from_month DESC
    ) AS latest
    WHERE minutes > 0
    ORDER BY account_id, name
"""


class AllowanceView(NamedTuple):
    """A bundle as it stands in a month."""

    name: str
    minutes: int
    used_s: int


async def allowances_held(
    tx: Transaction, cell: int, months: Sequence[tuple[int, int]]
) -> defaultdict[int, list[AllowanceView]]:
    """Read the bundles that accounts have, each account in a month (as 202603) of its own."""
    found: defaultdict[int, list[AllowanceView]] = defaultdict(list)
    for row in await tx.fetch(HELD, cell, [one[0] for one in months], [one[1] for one in months]):
        account_id, *rest = row
        found[account_id].append(AllowanceView._make(rest))
    return found
