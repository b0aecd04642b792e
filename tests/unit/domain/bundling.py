"""Accounts with bundles, in few words; the moment of `deciding` is in March 2026."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.unit.domain.deciding import DAY_S, NOW_S, UNIT, event, facts, funded
from worker.domain.account import AccountRow
from worker.domain.allowance import StoredAllowances, Use
from worker.domain.allowance_plan import Plan, Terms
from worker.domain.draft import Draft
from worker.domain.event import AllowanceSet, Event
from worker.domain.facts import Facts
from worker.domain.message import AccountState, AllowanceNotice

MARCH = 202603
APRIL_S = int(datetime.fromisoformat("2026-04-01T00:00:00+00:00").timestamp())
MAY_S = int(datetime.fromisoformat("2026-05-01T00:00:00+00:00").timestamp())

# What the platform was told of one bundle that pays, and of one that is used up.
PAYS, USED_UP = "1@202501", "1@202501!"


def terms(number: int = 1, minutes: int = 10, **given: Any) -> Terms:  # noqa: ANN401 -- any field
    """A bundle for any toll number since long ago, named `b1`, `b2`, ..."""
    plain = Terms(number, 202501, f"b{number}", minutes, (), ("toll",), (), (), ())
    return plain._replace(**given)


def bundled(
    *owned: Terms,
    uses: Sequence[Use] = (),
    now_s: int = NOW_S,
    row: AccountRow | None = None,
    **given: Any,  # noqa: ANN401 -- any column
) -> Facts:
    """What is known of an account with these bundles and much credit."""
    made = max((one.number for one in owned), default=0)
    account = row or funded(1000 * UNIT)
    account = account._replace(**{"allowances_made": made} | given)
    stored = {account.account_id: StoredAllowances(202501, Plan(202501, owned), uses)} if made else {}
    return facts(
        account,
        allowances=stored,
        now_s=now_s,
        now_us=now_s * 1_000_000,
        open_from_s=now_s - 61 * DAY_S,
        open_until_s=now_s + 301,
    )


def allowance_set(
    name: str = "b1",
    minutes: int = 10,
    event_id: str = "a-1",
    **given: Any,  # noqa: ANN401 -- any field
) -> Event:
    lists: dict[str, Any] = dict.fromkeys(("services", "prefixes", "except_prefixes", "origins"), ())
    plain = {"number_types": ("toll",), "effective_s": NOW_S, **lists}
    return event(AllowanceSet(name, minutes, **plain | given), event_id)


def uses(draft: Draft, tenant: str = "acme") -> dict[tuple[int, int], int]:
    """Give the seconds used after a decision, by bundle and month, of what changed."""
    allowances = draft.accounts[tenant].allowances
    assert allowances is not None
    return {(one.number, one.month): one.used_s for one in allowances.uses()}


def stored_after(draft: Draft, known: Facts, tenant: str = "acme") -> Facts:
    """Give what would be read of the account after a decision."""
    account = draft.accounts[tenant]
    assert account.allowances is not None
    before = known.allowances.get(account.account_id)
    used = {(one.number, one.month): one for one in (before.uses if before else ())}
    used |= {(one.number, one.month): one for one in account.allowances.uses()}
    owned = account.allowances.plan.terms
    return bundled(*owned, uses=list(used.values()), now_s=known.now_s, row=account.after())


def notices(draft: Draft) -> list[tuple[str, str, str]]:
    """Say what people were told of bundles: (change, reason, name)."""
    bodies = [one.body for one in draft.messages if isinstance(one.body, AllowanceNotice)]
    return [(one.change, one.reason, one.allowance) for one in bodies]


def states(draft: Draft) -> list[dict[str, bool]]:
    """Say what the platform was told: per state, which bundle is exhausted."""
    return [
        {standing.terms.name: standing.exhausted for standing in one.allowances}
        for one in draft.messages
        if isinstance(one.body, AccountState)
    ]


def due(draft: Draft) -> int:
    """Say when the bundles are looked at, though nobody calls."""
    return draft.accounts["acme"].row.allowances_due_s


def exhausted(now_s: int) -> Facts:
    """A bundle that was used up in March."""
    used = [Use(1, MARCH, 600, 100)]
    return bundled(terms(), uses=used, now_s=now_s, allowances_said=USED_UP, allowances_due_s=APRIL_S)
