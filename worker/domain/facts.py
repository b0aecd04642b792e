"""Facts: everything that a decision may know, read under the locks; and what it may ask for besides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from worker.domain.account import AccountRow
from worker.domain.allowance import StoredAllowances
from worker.domain.chain import Chain, ChainKey
from worker.domain.entry import day_of
from worker.domain.event import PendingRevision
from worker.domain.lot import Lot
from worker.domain.recharge import Recharge, RechargeLimits
from worker.domain.reversal import OwnId, Reversal
from worker.domain.tariff import Decks
from worker.domain.usage import Usage

# (source number, account id, event key): what a ledger entry is unique by within its day.
UsageKey = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """What usage must keep to, and what a recharge may be; times in seconds."""

    future_s: int = 300
    implausible_s: int = 86_400
    recharge: RechargeLimits = field(default_factory=RechargeLimits)


class ByHand(NamedTuple):
    """What a person has asked for: to charge usage of these closed days, too, or however long it lasted.

    `vouched`: also of days that are gone, which they say was never charged; it is booked today.
    """

    closed_days: frozenset[date]
    vouched: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true at the batch's start; `now_us` is its one clock reading, `now_s` the same in seconds.

    `known_usage` holds content hashes of the usage that was looked up; `looked_up` says whether that was
    done at all (the hot path does not: the ledger's unique key answers first). `chains` are those that the
    batch's revisions name, `pending` what was kept for its usage, `pending_counts` how much an account has.
    `unread_s` is how old records may be that wait unread: answers among them.
    """

    now_us: int
    now_s: int
    cell: int
    installation: UUID
    limits: Limits
    decks: Decks
    open_from_s: int
    open_until_s: int
    accounts: Mapping[str, AccountRow]
    new_account_ids: Mapping[str, int]
    user_numbers: Mapping[tuple[str, str], int]
    lots: Mapping[int, Sequence[Lot]] = field(default_factory=dict)
    recharges: Mapping[str, Recharge] = field(default_factory=dict)
    allowances: Mapping[int, StoredAllowances] = field(default_factory=dict)
    settled_strays: frozenset[str] = frozenset()
    discarded: frozenset[str] = frozenset()
    known_events: Mapping[tuple[int, str], int] = field(default_factory=dict)
    known_payments: Mapping[tuple[int, str], int] = field(default_factory=dict)
    reversals: Mapping[OwnId, Reversal] = field(default_factory=dict)
    adjustments: Mapping[OwnId, int] = field(default_factory=dict)
    known_usage: Mapping[UsageKey, int] = field(default_factory=dict)
    looked_up: bool = False
    unread_s: int = 0
    chains: Mapping[ChainKey, Chain] = field(default_factory=dict)
    pending: Mapping[ChainKey, Sequence[PendingRevision]] = field(default_factory=dict)
    pending_counts: Mapping[int, int] = field(default_factory=dict)
    by_hand: ByHand | None = None

    def booking_day(self, started_s: int) -> date | None:
        """Give the day in which usage of this start is booked; None when it has to wait."""
        day = day_of(started_s)
        if self.open_from_s <= started_s < self.open_until_s:
            return day
        if self.by_hand is None or started_s >= self.open_until_s:
            return None
        if day in self.by_hand.closed_days:
            return day
        return day_of(self.now_s) if self.by_hand.vouched else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a decision lacked: read it under the same locks, and decide again."""

    lots_of: frozenset[int]
    usage: tuple[Usage, ...]


MICROSECONDS: Final = 1_000_000
