"""Setting a bundle: its size and reach for the whole of a month and after."""

from typing import Final

from worker.domain.account import Account
from worker.domain.allowance import Allowances, StoredAllowances
from worker.domain.allowance_plan import Plan, Terms
from worker.domain.calendar import Timezones, month_of
from worker.domain.draft import Outcome
from worker.domain.entry import MOST_ALLOWANCES
from worker.domain.event import AllowanceSet
from worker.domain.rejection import Reason, Rejection

# So many changes of one bundle may be set ahead; they are read with every batch that touches the account.
MOST_AHEAD: Final = 120
# 1970 and 9998: every zone has months for what lies between.
_FIRST_S: Final = 0
_LAST_S: Final = 253_339_228_800


def set_allowance(body: AllowanceSet, account: Account, now_s: int) -> Outcome | Rejection:
    """Set a bundle from the month of `effective_s` on, until what was set for a later month.

    A name keeps its number for ever, so that entries may name the bundle by it.
    """
    row = account.row
    zones = Timezones(row.timezone, row.former_timezones)
    if account.allowances is None:
        assert not row.allowances_made, "an account's bundles are read with it"
        account.allowances = Allowances(StoredAllowances(0, Plan(0, ()), ()))
    allowances = account.allowances
    number = allowances.plan.number_of(body.name)
    from_month = month_of(zones, min(max(body.effective_s, _FIRST_S), _LAST_S))
    if number is None:
        number = row.allowances_made + 1
        if number > MOST_ALLOWANCES:
            detail = (
                f"an account has at most {MOST_ALLOWANCES} bundles, ended ones included: use the name of one"
            )
            return Rejection(Reason.POLICY_IMPOSSIBLE, "data.allowance", detail)
    elif from_month > (month := month_of(zones, now_s)):
        ahead = {one.from_month for one in allowances.plan.terms_after(number, month)}
        if len(ahead | {from_month}) > MOST_AHEAD:
            detail = f"{MOST_AHEAD} changes of this bundle are set ahead already: change one of those months"
            return Rejection(Reason.POLICY_IMPOSSIBLE, "data.effective_from", detail)
    account.row = row._replace(
        allowances_made=max(number, row.allowances_made), allowance_changes=row.allowance_changes + 1
    )
    allowances.change(
        Terms(
            number,
            from_month,
            body.name,
            body.minutes,
            body.services,
            body.number_types,
            body.prefixes,
            body.except_prefixes,
            body.origins,
        )
    )
    return Outcome.APPLIED
