"""Reckoning: the books of some accounts, added up from their entries and compared with what they say."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from worker.domain.calendar import Timezones, month_of
from worker.domain.entry import BOOKS, DAY_S, PART_SHARE, USAGE_KINDS
from worker.domain.lot import DEBT
from worker.domain.micros import format_micros


class Audited(NamedTuple):
    """What an account says of itself at a moment."""

    account_id: int
    tenant_id: str
    currency: str
    timezone: str
    former_timezones: str
    balance_micros: int
    debt_micros: int
    lot_number: int
    lot_left_micros: int

    @property
    def timezones(self) -> Timezones:
        """The zones by which its months turn."""
        return Timezones(self.timezone, self.former_timezones)


class AuditedLot(NamedTuple):
    """A lot as it is stored; of an account's current one, the account says what is left."""

    account_id: int
    lot_number: int
    left_micros: int
    amount_micros: int
    forfeited_micros: int
    paid_s: int


class EntrySum(NamedTuple):
    """What some entries of an account, of one kind, lot and bundle, add up to."""

    account_id: int
    kind: int
    lot_number: int
    allowance_number: int
    moment_s: int
    amount_micros: int
    bundle_s: int
    entries: int


class PartSum(NamedTuple):
    """What some lines of an account, of one part, lot and bundle, add up to."""

    account_id: int
    part: int
    lot_number: int
    allowance_number: int
    moment_s: int
    amount_micros: int
    bundle_s: int


@dataclass(slots=True)
class Reckoning:
    """Sums that grow as entries are read; `lots` by account and lot, `used` by account, bundle and month."""

    accounts: Mapping[int, Audited]
    booked: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    lots: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    used: dict[tuple[int, int, int], int] = field(default_factory=lambda: defaultdict(int))
    books: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    usages: int = 0
    entries: int = 0
    unknown_kinds: set[int] = field(default_factory=set)

    def take_kind(self, account_id: int, kind: int, entries: int, amount_micros: int) -> None:
        """Take entries of one kind, forwarded ones too."""
        self.booked[account_id] += amount_micros
        if kind in USAGE_KINDS:
            self.usages += entries
        self.entries += entries
        if kind not in BOOKS:
            self.unknown_kinds.add(kind)
        else:
            self.books[self.accounts[account_id].currency, BOOKS[kind]] -= amount_micros

    def take_entries(self, one: EntrySum) -> None:
        """Take entries that are there."""
        self.take_kind(one.account_id, one.kind, one.entries, one.amount_micros)
        self.lots[one.account_id, one.lot_number] += one.amount_micros
        if one.allowance_number:
            self._use(one.account_id, one.allowance_number, one.moment_s, one.bundle_s)

    def take_parts(self, one: PartSum) -> None:
        """Take lines; an entry of several lots names none itself, so what its lots share is no debt."""
        if one.part != PART_SHARE:
            self._use(one.account_id, one.allowance_number, one.moment_s, one.bundle_s)
        elif one.lot_number != DEBT:
            self.lots[one.account_id, one.lot_number] += one.amount_micros
            self.lots[one.account_id, DEBT] -= one.amount_micros

    def _use(self, account_id: int, allowance_number: int, moment_s: int, bundle_s: int) -> None:
        month = month_of(self.accounts[account_id].timezones, moment_s)
        self.used[account_id, allowance_number, month] += bundle_s

    def unbalanced(self) -> list[Audited]:
        """List the accounts whose entries do not make their balance."""
        return [one for one in self.accounts.values() if self.booked[one.account_id] != one.balance_micros]

    def uneven_books(self, wrong: Iterable[Audited]) -> Iterator[str]:
        """Say in which currencies the books do not make nothing; an entry's kind must have a book.

        The balances of `wrong` accounts count as they are, of all others entries make them.
        """
        total: dict[str, int] = defaultdict(int)
        for account in self.accounts.values():
            total[account.currency] += self.booked[account.account_id]
        for account in wrong:
            total[account.currency] += account.balance_micros - self.booked[account.account_id]
        for (currency, _), amount in self.books.items():
            total[currency] += amount
        for currency, amount in sorted(total.items()):
            if amount:
                yield f"{currency}: all books make {format_micros(amount)}"
        for kind in sorted(self.unknown_kinds):
            yield f"entries of kind {kind} stand in no book"

    def wrong_lots(
        self, lots: Sequence[AuditedLot], kept_from_s: int, doubtful: Collection[int]
    ) -> Iterator[str]:
        """Say which lots, and whose debt, do not hold what entries have left in them.

        Only of lots that are younger than `kept_from_s`, and of debts when it is 0: of others some entries
        may have been forwarded, which says nothing of lots. Of `doubtful` accounts the sums say nothing.
        """
        for lot in lots:
            account = self.accounts[lot.account_id]
            left = account.lot_left_micros if lot.lot_number == account.lot_number else lot.left_micros
            made = self.lots[lot.account_id, lot.lot_number]
            if lot.paid_s >= kept_from_s and made != left:
                yield (
                    f"{account.tenant_id}: lot {lot.lot_number} holds {format_micros(left)},"
                    f" entries make {format_micros(made)}"
                )
        if kept_from_s:
            return
        known = {(lot.account_id, lot.lot_number) for lot in lots}
        for (account_id, lot_number), made in self.lots.items():
            account = self.accounts[account_id]
            if account_id in doubtful:
                continue
            if lot_number == DEBT and made != -account.debt_micros:
                yield (
                    f"{account.tenant_id}: debt {format_micros(account.debt_micros)},"
                    f" entries make {format_micros(-made)}"
                )
            elif lot_number != DEBT and made and (account_id, lot_number) not in known:
                yield f"{account.tenant_id}: entries name lot {lot_number}, which is not there"

    def wrong_uses(self, stored: Mapping[tuple[int, int, int], int], kept_from: date | None) -> Iterator[str]:
        """Say which bundles' months have not used what entries say; only months that are kept whole."""
        first_month = 0 if kept_from is None else kept_from.year * 100 + kept_from.month + 1
        for key in sorted(stored.keys() | self.used.keys()):
            account_id, number, month = key
            used_s, paid_s = stored.get(key, 0), self.used.get(key, 0)
            if month > first_month and used_s != paid_s:
                tenant_id = self.accounts[account_id].tenant_id
                yield f"{tenant_id}: bundle {number} has used {used_s} s in {month}, entries make {paid_s} s"


def kept_whole_from_s(kept_from: date | None, longest_open_days: int) -> int:
    """Say from when on all entries of a lot are kept; 0 while no day was ever forwarded.

    A lot may have paid usage of days that were open when it came.
    """
    if kept_from is None:
        return 0
    return (kept_from.toordinal() - date(1970, 1, 1).toordinal() + longest_open_days + 1) * DAY_S
