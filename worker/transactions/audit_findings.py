"""What the audit says of what it found: each flaw in a line that names whose it is."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from asyncpg import Record

from worker.domain.micros import format_micros
from worker.domain.reckoning import Audited, kept_whole_from_s
from worker.postgres.audit_counters import Counters
from worker.transactions.audit_slice import Said

# A check's name, how much it has examined, and what was wrong.
Finding = tuple[str, int, list[str]]

# However many days usage may ever be late by.
LONGEST_OPEN_DAYS: Final = 366


def balance_flaw(account: Audited, booked_micros: int) -> str:
    """Say by how much an account is off."""
    balance = format_micros(account.balance_micros)
    return f"{account.tenant_id}: balance {balance}, entries make {format_micros(booked_micros)}"


def sum_flaws(said: Said, wrong: Sequence[Audited], doubtful: Collection[int]) -> list[Finding]:
    """Compare lots, bundles and books with what entries make of them.

    Of `doubtful` accounts the sums were wrong although each is right alone: they say nothing.
    """
    reckoning = said.reckoning
    lots = [lot for lot in said.lots if lot.account_id not in doubtful]
    kept_s = kept_whole_from_s(said.kept_from, LONGEST_OPEN_DAYS)
    return [
        ("books", reckoning.entries, list(reckoning.uneven_books(wrong))),
        ("lots", len(reckoning.accounts), list(lot_flaws(said))),
        ("each_lot", len(lots), list(reckoning.wrong_lots(lots, kept_s, doubtful))),
        ("bundles", len(said.uses), list(reckoning.wrong_uses(said.uses, said.kept_from))),
    ]


def lot_flaws(said: Said) -> Iterable[str]:
    """Name the accounts whose lots, less the debt, do not make the balance; all of one state."""
    accounts = said.reckoning.accounts
    left = {account.account_id: account.lot_left_micros for account in accounts.values()}
    for lot in said.lots:
        if lot.lot_number != accounts[lot.account_id].lot_number:
            left[lot.account_id] += lot.left_micros
    for account in accounts.values():
        made = left[account.account_id] - account.debt_micros
        if made != account.balance_micros:
            balance = format_micros(account.balance_micros)
            yield f"{account.tenant_id}: balance {balance}, lots less debt make {format_micros(made)}"


def request_flaws(asked: Sequence[Record]) -> list[Finding]:
    """Compare open requests with what accounts say of them, and with who is due for one."""
    doubled = [
        f"{row['tenant_id']}: {row['requests']} open automatic requests and {row['by_hand']} by hand,"
        f" the account names {row['open_recharge_id'] or 'none'} and counts {row['open_by_hand']}"
        for row in asked
        if row["requests"] > 1
        or row["recharge_id"] != row["open_recharge_id"]
        or row["by_hand"] != row["open_by_hand"]
    ]
    missed = [
        f"{row['tenant_id']}: balance {format_micros(row['balance_micros'])} is below its trigger"
        f" {format_micros(row['trigger_micros'])} with {row['requests']} open automatic requests"
        for row in asked
        if row["due"] and row["requests"] != 1
    ]
    return [("one_open_request", len(asked), doubled), ("triggers", len(asked), missed)]


def outcome_flaws(before: Counters, after: Counters, usages: int) -> list[str]:
    """Compare the counters with what is there; `usages` were counted between the two readings."""
    flaws = [f"{position}: the outcomes do not add up to its records" for position in after.uneven]
    if not before.usages <= usages <= after.usages:
        counted = f"{before.usages}" if before.usages == after.usages else f"{before.usages}..{after.usages}"
        flaws.append(f"{counted} records were counted as charged, {usages} usage entries are in the ledger")
    if after.parked != after.parked_rows:
        flaws.append(f"{after.parked} records were counted as parked, {after.parked_rows} are there")
    if after.dead_lettered != after.dead_letters:
        flaws.append(f"{after.dead_lettered} dead letters were counted, {after.dead_letters} are there")
    return flaws
