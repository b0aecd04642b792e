"""Watching bundles: what people and the platform are told as they are used up and renewed."""

from collections.abc import Sequence
from typing import Final

from worker.domain.account import Account
from worker.domain.allowance import SHARES, Allowances
from worker.domain.allowance_state import Standing, standings, used_up_numbers, written
from worker.domain.calendar import Timezones, month_of, next_month_s
from worker.domain.draft import Draft
from worker.domain.facts import Facts
from worker.domain.lot import NEVER_S
from worker.domain.message import AccountState, AllowanceNotice

REASONS: Final = {100: "used_up", 80: "mostly_used"}


def watch_allowances(account: Account, draft: Draft, facts: Facts) -> None:
    """Tell what became of an account's bundles in the present month, once at the end of a batch.

    Use of other months, which comes late or a few seconds early, is told to nobody: the month is over, or
    its turn is announced when it begins.
    """
    allowances, row = account.allowances, account.row
    if allowances is None:
        return
    turned = row.allowances_due_s <= facts.now_s
    if not (turned or allowances.stirred):
        return
    zones = Timezones(row.timezone, row.former_timezones)
    found = list(standings(allowances, zones, facts.now_s))
    month = month_of(zones, facts.now_s)
    upcoming_s = next_month_s(zones, facts.now_s)
    for standing in found:
        tell_share(standing, month, upcoming_s, account, draft)
    said = " ".join(map(written, found))
    if said != row.allowances_said or allowances.changed_terms:
        tell_renewed(found, month, account, draft, turned=turned)
        account.row = account.row._replace(allowances_said=said)
        draft.say(account, AccountState(facts.now_s))
    due_s = upcoming_s if will_turn(found, allowances, month) else NEVER_S
    if due_s != account.row.allowances_due_s:
        account.row = account.row._replace(allowances_due_s=due_s)


def tell_share(standing: Standing, month: int, upcoming_s: int, account: Account, draft: Draft) -> None:
    """Announce that most or all of a bundle is used, once each a month."""
    allowances, terms, used_s = account.allowances, standing.terms, standing.used_s
    assert allowances is not None
    if terms.from_month > month:
        return
    told = allowances.told(terms.number, month)
    for share in SHARES:
        if share <= told or used_s * 100 < terms.size_s * share:
            continue
        allowances.tell(terms.number, month, share)
        renews_s = standing.renews_s or upcoming_s
        draft.say(
            account,
            AllowanceNotice("used", REASONS[share], terms.name, terms.minutes, used_s, month, renews_s),
        )
        return


def tell_renewed(
    found: Sequence[Standing], month: int, account: Account, draft: Draft, *, turned: bool
) -> None:
    """Announce that a bundle which was used up pays again."""
    allowances = account.allowances
    assert allowances is not None
    used_up = used_up_numbers(account.row.allowances_said)
    resized = {number for number, _ in allowances.changed_terms}
    for standing in found:
        terms = standing.terms
        if terms.number not in used_up or standing.exhausted:
            continue
        reason = "new_month" if turned else "resized" if terms.number in resized else "given_back"
        draft.say(
            account, AllowanceNotice("renewed", reason, terms.name, terms.minutes, standing.used_s, month)
        )


def will_turn(found: Sequence[Standing], allowances: Allowances, month: int) -> bool:
    """Say whether the next month may change how a bundle stands without anybody calling."""
    return any(one.exhausted for one in found) or allowances.reaches_beyond(month)
