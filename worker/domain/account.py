"""Accounts: a tenant's balance and settings, and the working copy that a batch changes."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from worker.domain.lot import NEVER_S, Lot, Share, spend, spending_order

# A balance or a lot beyond this is parked, so that sums stay far inside eight bytes.
LARGEST_MICROS: Final = 4 * 10**18


class AccountRow(NamedTuple):
    """An account as it is stored; amounts in micros, None where a setting is absent."""

    account_id: int
    balance_micros: int
    debt_micros: int
    lot_left_micros: int
    lot_expires_s: int
    lot_number: int
    sequence: int
    depleted: bool
    more_lots: bool
    lots_made: int
    open_recharge_id: str
    recharge_cycle: int
    recharge_block: str
    declines: int
    stray_settlements: bool
    status: str
    credit_limit_micros: int
    recharge_enabled: bool
    trigger_micros: int | None
    recharge_amount_micros: int | None
    recharge_target_micros: int | None
    max_units: int
    monthly_cap_micros: int | None
    daily_count: int
    cooldown_s: int
    opened_hash: int
    tenant_id: str
    name: str
    currency: str
    timezone: str
    rate_deck: str
    payment_method: str | None
    # When something falls due, whatever nobody's call brings up: NEVER_S for nothing.
    lots_due_s: int = NEVER_S
    recharge_due_s: int = NEVER_S
    allowances_due_s: int = NEVER_S
    # The last expiry among lots that have forfeited money: usage from before it may have some of that back.
    forfeited_until_s: int = 0
    allowances_made: int = 0
    pending_revisions: bool = False
    # Micros, highest first, separated by spaces; and how many of them the balance is below.
    alert_levels: str = ""
    alerts_passed: int = 0
    # Zones that held before, each with the second at which it ended: see `worker.domain.calendar`.
    former_timezones: str = ""
    blocked_until_s: int = 0
    cooling_until_s: int = 0
    # Automatic requests of the local day, and what counts towards the cap in the local month.
    recharge_day: int = 0
    recharges_of_day: int = 0
    recharge_month: int = 0
    recharge_month_micros: int = 0
    # Why the administrator was told last that nothing is asked for; '' once it asks again.
    suppressed: str = ""
    open_by_hand: int = 0

    @property
    def next_due_s(self) -> int:
        """When something about the account falls due."""
        return min(self.lots_due_s, self.recharge_due_s, self.allowances_due_s)


class Account:
    """The working copy of one account inside one decision; it is never shared between two.

    `row` holds what rarely changes and is replaced whole; the money beside it changes with every debit.
    `lots` is None until somebody needs more than the current lot: then the decision asks for them
    (`starved`) and is made again.
    """

    __slots__ = (
        "account_id",
        "balance",
        "debt",
        "expires_s",
        "is_new",
        "left",
        "lot_number",
        "lots",
        "more_lots",
        "row",
        "starved",
        "stored",
        "stored_lots",
    )

    def __init__(self, row: AccountRow, lots: Sequence[Lot] | None, *, is_new: bool = False) -> None:
        self.row = row
        self.account_id = row.account_id
        self.stored = row
        self.is_new = is_new
        self.balance = row.balance_micros
        self.debt = row.debt_micros
        self.left = row.lot_left_micros
        self.expires_s = row.lot_expires_s
        self.lot_number = row.lot_number
        self.more_lots = row.more_lots
        self.starved = False
        self.stored_lots = None if lots is None else {lot.number: lot for lot in lots}
        self.lots = None if lots is None else sorted(lots, key=spending_order)

    def after(self) -> AccountRow:
        """Give the row that is to be stored now."""
        return self.row._replace(
            balance_micros=self.balance,
            debt_micros=self.debt,
            lot_left_micros=self.left,
            lot_expires_s=self.expires_s,
            lot_number=self.lot_number,
            more_lots=self.more_lots,
        )

    def debit_current_lot(self, amount_micros: int, started_s: int) -> bool:
        """Take an amount from the current lot, as nearly every debit does; False when it cannot pay alone."""
        if amount_micros > self.left or started_s >= self.expires_s:
            return False
        self.balance -= amount_micros
        self.left -= amount_micros
        return True

    def debit(self, amount_micros: int, started_s: int) -> Sequence[Share]:
        """Take an amount, always in full, from whichever lots; return which paid it, 0 for debt."""
        self.balance -= amount_micros
        if self.lots is None:
            return self._debit_only_lot(amount_micros, started_s)
        self.lots, shares = spend(self.current_lots(), amount_micros, started_s)
        self.debt += sum(share.amount_micros for share in shares if not share.lot_number)
        self._choose_current()
        return shares

    def _debit_only_lot(self, amount_micros: int, started_s: int) -> Sequence[Share]:
        if self.more_lots:
            self.starved = True
        taken = min(self.left, amount_micros) if started_s < self.expires_s else 0
        self.left -= taken
        self.debt += amount_micros - taken
        shares = (Share(self.lot_number, taken), Share(0, amount_micros - taken))
        return [share for share in shares if share.amount_micros]

    def credit(self, lot: Lot) -> None:
        """Add a lot; a debt is paid by it first."""
        assert self.lots is not None, "a credit needs the lots that it stands beside"
        self.balance += lot.amount_micros
        paid = min(self.debt, lot.amount_micros)
        self.debt -= paid
        fresh = lot._replace(left_micros=lot.amount_micros - paid)
        self.lots = sorted([*self.current_lots(), fresh], key=spending_order)
        self._choose_current()
        self.row = self.row._replace(lots_made=lot.number)

    def current_lots(self) -> list[Lot]:
        """List the lots, each with what is really left: of the current one the account carries that."""
        assert self.lots is not None
        return [
            lot._replace(left_micros=self.left) if lot.number == self.lot_number else lot for lot in self.lots
        ]

    def changed_lots(self) -> list[Lot]:
        """List the lots that differ from what is stored, new ones included."""
        if self.lots is None or self.stored_lots is None:
            return []
        return [lot for lot in self.current_lots() if self.stored_lots.get(lot.number) != lot]

    def _choose_current(self) -> None:
        assert self.lots is not None
        spendable = [lot for lot in self.lots if lot.left_micros]
        current = spendable[0] if spendable else None
        self.lot_number = current.number if current else 0
        self.left = current.left_micros if current else 0
        self.expires_s = current.expires_s if current else NEVER_S
        self.more_lots = len(spendable) > 1
