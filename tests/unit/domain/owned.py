"""Accounts that own several lots, and what a decision did to those."""

from typing import Any

from tests.unit.domain.deciding import facts, messages, row
from worker.domain.account import Account
from worker.domain.account_row import AccountRow
from worker.domain.draft import Draft
from worker.domain.entry import Entry
from worker.domain.facts import Facts
from worker.domain.lot import Lot
from worker.domain.message import Notice


def owning(*lots: Lot, debt: int = 0, **given: Any) -> AccountRow:  # noqa: ANN401 -- any column
    """An account as it is stored when it holds these lots."""
    account = Account(row(lots_made=len(lots), debt_micros=debt, **given), ())
    account.balance = sum(one.left_micros for one in lots) - debt
    account.hold(lots)
    return account.after()._replace(depleted=account.balance <= 0)


def known(*lots: Lot, debt: int = 0, **given: Any) -> Facts:  # noqa: ANN401 -- any column or fact
    """One account with these lots."""
    columns = {name: given.pop(name) for name in list(given) if name in AccountRow._fields}
    return facts(owning(*lots, debt=debt, **columns), lots={1: lots}, **given)


def lots_of(draft: Draft) -> dict[int, tuple[int, int]]:
    """What is left of each lot, and what was forfeited."""
    return {
        one.number: (one.left_micros, one.forfeited_micros) for one in draft.accounts["acme"].current_lots()
    }


def entries(draft: Draft, kind: int) -> list[Entry]:
    return [entry for entry in draft.entries if entry.kind == kind]


def said(draft: Draft, name: str) -> list[Notice]:
    return [one for one in messages(draft, Notice) if one.name == name]


def shares(draft: Draft, entry: Entry) -> list[tuple[int, int]]:
    """Which lots an entry names, with their amounts."""
    lines = [line for line in draft.lines if line.event_key == entry.event_key]
    return [(line.lot_number, line.amount_micros) for line in lines] or [
        (entry.lot_number, entry.amount_micros)
    ]
