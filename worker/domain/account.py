"""Accounts: the working copy that a batch changes."""

from collections.abc import Iterable, Sequence

from worker.domain.account_row import LARGEST_MICROS, AccountRow, Money
from worker.domain.allowance import Allowances, StoredAllowances
from worker.domain.lot import DEBT, NEVER_S, Lot, Share, due_s, spend, spending_order

__all__ = ["LARGEST_MICROS", "Account", "AccountRow"]


class Account:
    """The working copy of one account inside one decision; it is never shared between two.

    `row` holds what rarely changes and is replaced whole; the money beside it changes with every debit.
    `lots` is None until somebody needs more than the current lot: then the decision asks for them
    (`starved`) and is made again. `restored` is what the last debit had back of forfeited lots.
    """

    __slots__ = (
        "account_id",
        "allowances",
        "balance",
        "debt",
        "expires_s",
        "forfeited_until_s",
        "is_new",
        "left",
        "lot_number",
        "lots",
        "more_lots",
        "restored",
        "row",
        "starved",
        "stored",
        "stored_lots",
    )

    def __init__(
        self,
        row: AccountRow,
        lots: Sequence[Lot] | None,
        *,
        is_new: bool = False,
        allowances: StoredAllowances | None = None,
    ) -> None:
        self.row = row
        # None for nearly every account: it has no bundles.
        self.allowances = None if allowances is None else Allowances(allowances)
        self.account_id = row.account_id
        self.stored = row
        self.is_new = is_new
        self.balance = row.balance_micros
        self.debt = row.debt_micros
        self.left = row.lot_left_micros
        self.expires_s = row.lot_expires_s
        self.lot_number = row.lot_number
        self.more_lots = row.more_lots
        self.forfeited_until_s = row.forfeited_until_s
        self.starved = False
        self.restored: Sequence[Share] = ()
        self.stored_lots: dict[int, Lot] | None = None
        self.lots: list[Lot] | None = None
        if lots is not None:
            # They may have been read from further back than what the row remembers.
            read_until = max((lot.expires_s for lot in lots if lot.forfeited_micros), default=0)
            self.forfeited_until_s = max(row.forfeited_until_s, read_until)
            self.stored_lots = {lot.number: lot for lot in lots}
            self.lots = sorted(lots, key=spending_order)

    def money(self) -> Money:
        """Give the money that is to be stored now."""
        row = self.row
        return Money(
            self.account_id, self.balance, self.debt, self.left, self.expires_s, self.lot_number,
            row.sequence, row.depleted, self.more_lots,
        )  # fmt: skip

    def after(self) -> AccountRow:
        """Give the whole row that is to be stored now."""
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
        if amount_micros > self.left or started_s >= self.expires_s or started_s < self.forfeited_until_s:
            return False
        self.balance -= amount_micros
        self.left -= amount_micros
        return True

    def debit(self, amount_micros: int, started_s: int) -> Sequence[Share]:
        """Take an amount, always in full, from whichever lots; return which paid it, 0 for debt.

        What it needed of forfeited lots is in the balance and in `restored`, to be booked by the caller.
        """
        if self.lots is None:
            return self._debit_only_lot(amount_micros, started_s)
        spent = spend(self.current_lots(), amount_micros, started_s)
        self.restored = spent.restored
        self.balance += sum(share.amount_micros for share in spent.restored) - amount_micros
        self.debt += sum(share.amount_micros for share in spent.shares if share.lot_number == DEBT)
        self.hold(spent.lots)
        return spent.shares

    def _debit_only_lot(self, amount_micros: int, started_s: int) -> Sequence[Share]:
        if self.more_lots or started_s < self.forfeited_until_s:
            self.starved = True
        taken = min(self.left, amount_micros) if started_s < self.expires_s else 0
        self.balance -= amount_micros
        self.left -= taken
        self.debt += amount_micros - taken
        shares = (Share(self.lot_number, taken), Share(DEBT, amount_micros - taken))
        return [share for share in shares if share.amount_micros]

    def credit(self, lot: Lot) -> Sequence[Share]:
        """Add a lot; a debt is paid by it first. Return where its amount went."""
        self.balance += lot.amount_micros
        paid = min(self.debt, lot.amount_micros)
        self.debt -= paid
        left = lot.amount_micros - paid
        self.hold([*self.current_lots(), lot._replace(left_micros=left)])
        self.row = self.row._replace(lots_made=lot.number)
        return [share for share in (Share(DEBT, paid), Share(lot.number, left)) if share.amount_micros]

    def current_lots(self) -> list[Lot]:
        """List the lots, each with what is really left: of the current one the account carries that."""
        assert self.lots is not None, "they have to be read first"
        return [
            lot._replace(left_micros=self.left) if lot.number == self.lot_number else lot for lot in self.lots
        ]

    def changed_lots(self) -> list[Lot]:
        """List the lots that differ from what is stored, new ones included."""
        if self.lots is None or self.stored_lots is None:
            return []
        return [lot for lot in self.current_lots() if self.stored_lots.get(lot.number) != lot]

    def hold(self, lots: Iterable[Lot]) -> None:
        """Replace the lots, each with what is really left, and what the account remembers of them."""
        self.lots = sorted(lots, key=spending_order)
        spendable = [lot for lot in self.lots if lot.left_micros]
        current = spendable[0] if spendable else None
        self.lot_number = current.number if current else 0
        self.left = current.left_micros if current else 0
        self.expires_s = current.expires_s if current else NEVER_S
        self.more_lots = len(spendable) > 1
        due = min(map(due_s, spendable), default=NEVER_S)
        until = max((lot.expires_s for lot in self.lots if lot.forfeited_micros), default=0)
        self.forfeited_until_s = until
        if (due, until) != (self.row.lots_due_s, self.row.forfeited_until_s):
            self.row = self.row._replace(lots_due_s=due, forfeited_until_s=until)
