"""Alerts: a falling balance is told of once at each level that the administrator has set."""

from functools import lru_cache

from worker.domain.account import Account
from worker.domain.draft import Draft, Outcome
from worker.domain.event import AlertsSet
from worker.domain.message import Notice
from worker.domain.rejection import Reason, Rejection


def set_alerts(body: AlertsSet, account: Account) -> Outcome | Rejection:
    """Replace all levels; those that the balance is below already are not told of."""
    if body.currency != account.row.currency:
        return Rejection(Reason.CURRENCY, "data.currency", f"the account is in {account.row.currency}")
    levels = tuple(sorted(set(body.levels_micros), reverse=True))
    account.row = account.row._replace(
        alert_levels=" ".join(map(str, levels)), alerts_passed=levels_above(levels, account.balance)
    )
    return Outcome.APPLIED


def alert(account: Account, draft: Draft) -> None:
    """Tell of every level that the balance has fallen through since somebody looked last, the highest first.

    A level that the balance has risen to again is told of again when it falls through it.
    """
    row = account.row
    if not row.alert_levels:
        return
    levels = parse_levels(row.alert_levels)
    passed = levels_above(levels, account.balance)
    if passed == row.alerts_passed:
        return
    account.row = row._replace(alerts_passed=passed)
    for level in levels[row.alerts_passed : passed]:
        amounts = {"level": level, "credit_limit": row.credit_limit_micros}
        draft.say(account, Notice("balance.low", "level_crossed", amounts))


def levels_above(levels: tuple[int, ...], balance_micros: int) -> int:
    """Count the levels that a balance is below; exactly at a level it is not, as with the trigger."""
    return sum(balance_micros < level for level in levels)


@lru_cache(maxsize=4096)
def parse_levels(text: str) -> tuple[int, ...]:
    """Read levels as they are stored, highest first."""
    return tuple(map(int, text.split()))
