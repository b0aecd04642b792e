"""A life: one account, decided about again and again while time passes, as the worker would."""

from dataclasses import replace

from tests.unit.domain.deciding import NOW_S, armed, event, facts, messages
from worker.domain.account import AccountRow
from worker.domain.decide import Decoded, decide
from worker.domain.draft import Draft, Outcome
from worker.domain.event import AccountBody, Event, PaymentBody
from worker.domain.facts import Facts, Limits, Wanted
from worker.domain.lot import Lot
from worker.domain.message import Message, Notice, RechargeRequested
from worker.domain.recharge import Recharge, RechargeLimits
from worker.domain.rejection import Rejection
from worker.domain.reversal import OwnId, Reversal
from worker.transactions.gather_requests import request_of

MICROSECONDS = 1_000_000


class Life:
    """Remembers what a database would."""

    def __init__(self, row: AccountRow | None = None, limits: RechargeLimits | None = None) -> None:
        self.row = row or armed(5 * MICROSECONDS)
        self.limits = Limits(recharge=limits or RechargeLimits())
        self.now_s = NOW_S
        self.lots: dict[int, Lot] = {}
        if self.row.lot_number:
            left = self.row.lot_left_micros
            self.lots[1] = Lot(1, "purchase", left, left, 0, self.row.lot_expires_s)
        self.recharges: dict[str, Recharge] = {}
        self.events: dict[tuple[int, str], int] = {}
        self.payments: dict[tuple[int, str], int] = {}
        self.reversals: dict[OwnId, Reversal] = {}
        self.said: list[Message] = []
        self.taken = 0
        self.unread_s = 0

    def take(self, *records: Decoded) -> Draft:
        """Decide one batch now, and remember it; without records it is a sweep."""
        given = self.known(records)
        while isinstance(draft := decide(records, given), Wanted):
            given = replace(given, lots={self.row.account_id: tuple(self.lots.values())}, looked_up=True)
        for account in draft.touched.values():
            self.row = account.after()
            self.lots.update({lot.number: lot for lot in account.changed_lots()})
        self.recharges.update(draft.recharges)
        self.events.update(draft.events)
        self.payments.update(draft.payments)
        self.reversals.update(draft.reversals)
        self.said += draft.messages
        return draft

    def hear(self, body: AccountBody | PaymentBody, event_id: str = "") -> Outcome | Rejection:
        """Take one event alone; without an id of its own it is a new one."""
        self.taken += 1
        return self.take(event(body, event_id or f"e-{self.taken}")).outcomes[0]

    def sweep(self) -> Draft:
        """Do what is due, when something is: a sweep finds an account by its time."""
        if self.row.next_due_s > self.now_s:
            return Draft(self.known())
        return self.take()

    def wait(self, seconds: int) -> Draft:
        """Let time pass, then sweep."""
        self.now_s += seconds
        return self.sweep()

    def until_due(self) -> Draft:
        """Let time pass until something is due."""
        return self.wait(max(0, self.row.next_due_s - self.now_s))

    @property
    def open(self) -> list[Recharge]:
        return [one for one in self.recharges.values() if one.is_open]

    @property
    def asked(self) -> list[Recharge]:
        """Every request that was sent, repetitions included."""
        return [one.body.recharge for one in self.said if isinstance(one.body, RechargeRequested)]

    @property
    def notices(self) -> list[tuple[str, str]]:
        return [(one.body.name, one.body.reason) for one in self.said if isinstance(one.body, Notice)]

    def known(self, records: tuple[Decoded, ...] = ()) -> Facts:
        """Read for a decision what the worker would."""
        events = [one for one in records if isinstance(one, Event)]
        known = facts(
            self.row,
            lots={self.row.account_id: tuple(self.lots.values())} if events else {},
            now_s=self.now_s,
            now_us=self.now_s * MICROSECONDS,
            open_from_s=self.now_s - 61 * 86_400,
            open_until_s=self.now_s + 301,
            limits=self.limits,
            unread_s=self.unread_s,
            known_events=self.events,
            known_payments=self.payments,
            reversals=self.reversals,
            settled_strays=frozenset(one for one, it in self.recharges.items() if it.reason == "unknown"),
        )
        due = bool(events) or self.row.recharge_due_s <= self.now_s
        named = {request_of(one, known) for one in events}
        read = {one: it for one, it in self.recharges.items() if one in named or (it.is_open and due)}
        return replace(known, recharges=read)


def notice(draft: Draft, name: str) -> Notice:
    """Find the one notice of a name."""
    (found,) = [one for one in messages(draft, Notice) if one.name == name]
    assert isinstance(found, Notice)
    return found
