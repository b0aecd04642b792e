"""A ledger between decisions: what one batch has booked is what the next one may revise."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.unit.domain.deciding import NOW_S, UNIT, call, facts, lot
from tests.unit.domain.owned import owning
from worker.domain.account import AccountRow
from worker.domain.allowance import Use
from worker.domain.chain import Booked, ChainKey, chain_key, in_order, join
from worker.domain.decide import Decoded, decide
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import Entry, EntryText, Line
from worker.domain.event import (
    Event,
    PendingRevision,
    RevisionBody,
    UsageCorrected,
    UsageReference,
    UsageVoided,
)
from worker.domain.facts import Facts
from worker.domain.identity import Identity, content_hash, hashed_key
from worker.domain.lot import Lot
from worker.domain.record import KeptRecord, Origin
from worker.domain.rejection import Reason, Rejection
from worker.domain.usage import Usage

# Three minutes to Germany, which cost 3.
USED = call(duration_s=180)
RECORD = KeptRecord(Origin("k", "usage", 0, 1), None, [], b"", NOW_S)


class Ledger:
    """One account's rows; `decide` books a batch and returns what became of it, by reason when refused."""

    def __init__(self, account: AccountRow, *lots: Lot) -> None:
        self.account = account
        self.lots = {lot.number: lot for lot in lots}
        self.entries: list[Entry] = []
        self.lines: list[Line] = []
        self.texts: list[EntryText] = []
        self.events: dict[tuple[int, str], int] = {}
        self.pending: dict[ChainKey, list[PendingRevision]] = {}
        self.late: list[Reason] = []
        self.used: list[Use] = []
        self.given: dict[str, Any] = {}
        # What the account had when the test began is explained by no entry.
        self.opening = account.balance_micros

    def decide(self, *records: Decoded) -> list[Outcome | Reason]:
        draft = decide(records, self.facts())
        assert isinstance(draft, Draft), f"wants {draft}"
        self.remember(draft)
        self._keep(records, draft)
        outcomes = [draft.outcomes.get(index, Outcome.CHARGED) for index in range(len(records))]
        return [one.reason if isinstance(one, Rejection) else one for one in outcomes]

    def facts(self) -> Facts:
        known = facts(self.account, lots={self.account.account_id: tuple(self.lots.values())})
        usage = {
            (one.source_number, one.account_id, one.event_key): one.content_hash
            for one in self.entries
            if one.kind in {1, 2}
        }
        return replace(
            known,
            chains=self.chains(),
            pending=self.pending,
            pending_counts={self.account.account_id: sum(map(len, self.pending.values()))},
            known_events=self.events,
            known_usage=usage,
            looked_up=True,
            **self.given,
        )

    def chains(self) -> dict[ChainKey, tuple[Booked, ...]]:
        booked = {chain_key(one.entry): one for one in join(self.entries, self.lines, self.texts)}
        usages = [key for key, one in booked.items() if one.entry.kind in {1, 2}]
        return {key: tuple(in_order(key, booked)) for key in usages}

    def remember(self, draft: Draft) -> None:
        for account in draft.touched.values():
            self.account = account.after()
            if account.allowances is not None:
                self.used = account.allowances.uses()
            self.lots |= {lot.number: lot for lot in account.changed_lots()}
        self.entries += draft.entries
        self.lines += draft.lines
        self.texts += draft.texts
        self.late += [refused.reason for _, refused in draft.refused_late]
        self.events |= draft.events
        self._check()

    def _keep(self, records: Sequence[Decoded], draft: Draft) -> None:
        for key, kept in self.pending.items():
            self.pending[key] = [
                one for one in kept if (self.account.account_id, one.event.identity.key) not in draft.met
            ]
        for record in records:
            if isinstance(record, Event):
                usage = draft.pending.get((self.account.account_id, record.identity.key))
                if usage is not None:
                    self.pending.setdefault(usage, []).append(PendingRevision(record, RECORD))
        self.pending = {key: kept for key, kept in self.pending.items() if kept}

    def _check(self) -> None:
        assert self.account.balance_micros == sum(one.amount_micros for one in self.entries) + self.opening
        left = sum(self.left().values())
        assert self.account.balance_micros == left - self.account.debt_micros

    def left(self) -> dict[int, int]:
        """What is left of each lot; of the current one the account carries that."""
        current = self.account.lot_number
        return {
            number: self.account.lot_left_micros if number == current else lot.left_micros
            for number, lot in self.lots.items()
        }

    def booked(self) -> list[tuple[int, int]]:
        """The kind and the amount of every entry, in units."""
        return [(one.kind, one.amount_micros // UNIT) for one in self.entries]


def void(usage: Usage, event_id: str = "v-1", started_s: int | None = None) -> Event:
    """Void a usage; `started_s` replaces what the void says about its start."""
    named = UsageReference(
        usage.source_number, usage.key, usage.started_s if started_s is None else started_s
    )
    return revision(UsageVoided(named, "a mistake"), event_id)


def correction(usage: Usage, corrected: Usage, event_id: str = "k-1") -> Event:
    """Say how a usage should have been."""
    own = corrected._replace(key=usage.key, event_id=usage.event_id, source_number=usage.source_number)
    named = UsageReference(usage.source_number, usage.key, usage.started_s)
    return revision(UsageCorrected(named, own), event_id)


def revision(body: RevisionBody, event_id: str) -> Event:
    identity = Identity("acme", "s", event_id, hashed_key("s", event_id), content_hash([repr(body)]))
    return Event(identity, NOW_S, body)


def ledger(*lots: Lot, **given: Any) -> Ledger:  # noqa: ANN401 -- any column
    return Ledger(owning(*lots, **given), *lots)


def charged(*usages: Usage, lots: tuple[Lot, ...] = (lot(1, 9 * UNIT),)) -> Ledger:
    """A ledger in which usage was charged already."""
    made = ledger(*lots)
    assert made.decide(*usages) == [Outcome.CHARGED] * len(usages)
    return made
