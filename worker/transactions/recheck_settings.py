"""Rechecking: after the limits of recharges have changed, stored settings are held against the new ones."""

from worker.domain.draft import Draft
from worker.domain.recharge import RechargeLimits
from worker.domain.recharge_settings import say_invalid
from worker.postgres.accounts import lock_accounts
from worker.postgres.recharge_limits import (
    ALL,
    Checked,
    asking_accounts,
    read_checked,
    write_checked,
)
from worker.postgres.transaction import transaction
from worker.transactions.gather import gather_beside
from worker.transactions.office import Office
from worker.transactions.record_decision import record_decision
from worker.transactions.sweep_due import NO_RECORDS


async def recheck_settings(office: Office, now_us: int, most: int) -> Draft | None:
    """Hold the next accounts' settings against the limits; None when all were held against these.

    What no longer works is said once, and stays. Without a trace of former limits, whoever took the settings
    has checked them.
    """
    limits = named(office.limits.recharge)
    async with transaction(office.pool) as tx:
        before = await read_checked(tx, office.cell)
        if before is None:
            await write_checked(tx, office.cell, Checked(limits, ALL))
        if before is None or before == Checked(limits, ALL):
            return None
        after_id = before.checked_to if before.limits == limits else 0
        ids = await asking_accounts(tx, office.cell, after_id, most)
        rows = await lock_accounts(tx, office.cell, ids)
        facts = await gather_beside(tx, rows, NO_RECORDS, office, now_us)
        draft = Draft(facts)
        # Under the locks: another worker may have done these accounts meanwhile.
        if await read_checked(tx, office.cell) == before:
            for tenant, account in draft.accounts.items():
                say_invalid(account, draft, facts)
                draft.touched[tenant] = account
            await record_decision(tx, draft, office)
            await write_checked(tx, office.cell, Checked(limits, ids[-1] if ids else ALL))
        return draft


def named(limits: RechargeLimits) -> str:
    """Write down the limits that settings have to keep to."""
    return f"{limits.minimum_units} {limits.maximum_units} {limits.step_minor}"
