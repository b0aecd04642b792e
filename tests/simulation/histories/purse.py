"""A purse: lots of credit, and the debt when there are none; kept by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

NEVER = 253_402_300_799


@dataclass(eq=False)
class Lot:
    """Credit; `forfeited` was lost by expiry and comes back for late usage."""

    number: int
    kind: str
    amount: int
    left: int
    paid_s: int
    expires_s: int
    payment_id: str = ""
    forfeited: int = 0


# Where money was taken from, or goes: lots, or None for debt.
Shares = list[tuple[Lot | None, int]]


@dataclass
class Purse:
    """What is left in which lot, what is owed, and what time it is."""

    timezone: str
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    now_s: int = 0

    @property
    def balance(self) -> int:
        """What is left less what is owed."""
        return sum(lot.left for lot in self.lots) - self.debt

    def expire(self) -> None:
        """Lose what is left of lots whose time is over."""
        for lot in self.lots:
            if lot.expires_s <= self.now_s:
                lot.forfeited, lot.left = lot.forfeited + lot.left, 0

    def credit(self, kind: str, money: int, expires_s: int, payment_id: str = "") -> None:
        """Add a lot; a debt is paid from it first."""
        paid = min(self.debt, money)
        self.debt -= paid
        lot = Lot(len(self.lots) + 1, kind, money, money - paid, self.now_s, expires_s, payment_id)
        self.lots.append(lot)
        if expires_s <= self.now_s:
            lot.forfeited, lot.left = lot.left, 0

    def in_order(self) -> list[Lot]:
        return sorted(
            self.lots, key=lambda lot: (lot.expires_s, lot.kind != "promotion", lot.paid_s, lot.number)
        )

    def debit(self, money: int, started_s: int) -> Shares:
        """Take money from the lots that had not expired at that moment; late usage gets lost credit back."""
        spendable = [lot for lot in self.in_order() if started_s < lot.expires_s]
        for lot in spendable:
            back = min(lot.forfeited, max(0, money - sum(one.left for one in before(lot, spendable))))
            lot.left, lot.forfeited = lot.left + back, lot.forfeited - back
        return self.take(spendable, money)

    def take(self, lots: list[Lot], money: int) -> Shares:
        taken: Shares = []
        for lot in lots:
            share = min(lot.left, money)
            if share:
                taken.append((lot, share))
                lot.left, money = lot.left - share, money - share
        if money:
            self.debt += money
            taken.append((None, money))
        return taken

    def put_back(self, taken: Shares) -> None:
        """Return money to where it came from: what was debt lowers the debt, the rest becomes a refund."""
        for lot, share in taken:
            if lot is None:
                lowered = min(self.debt, share)
                self.debt -= lowered
                if share > lowered:
                    self.credit("refund", share - lowered, self.in_a_year())
            elif lot.expires_s <= self.now_s:
                lot.forfeited += share
            else:
                lot.left += share

    def in_a_year(self) -> int:
        local = datetime.fromtimestamp(self.now_s, UTC).astimezone(ZoneInfo(self.timezone))
        ends = local.replace(year=local.year + 1, hour=0, minute=0, second=0, fold=0) + timedelta(days=1)
        return int(ends.timestamp())


def before(lot: Lot, lots: list[Lot]) -> list[Lot]:
    return lots[: lots.index(lot)]
