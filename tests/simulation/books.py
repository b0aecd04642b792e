"""Books: what a database would remember between two decisions, kept in dictionaries."""

from collections.abc import Sequence
from dataclasses import replace

from tests.unit.domain.deciding import facts
from worker.domain.account import AccountRow
from worker.domain.decide import Decoded, decide
from worker.domain.draft import Draft, Outcome
from worker.domain.event import AccountOpened, Event
from worker.domain.facts import Facts, UsageKey, Wanted
from worker.domain.lot import Lot
from worker.domain.message import Message
from worker.domain.recharge import Recharge
from worker.domain.rejection import Reason, Rejection
from worker.domain.usage import Usage


class Books:
    """Decides batch after batch and checks after each one what must always hold."""

    def __init__(self) -> None:
        self.accounts: dict[str, AccountRow] = {}
        self.lots: dict[int, dict[int, Lot]] = {}
        self.recharges: dict[str, Recharge] = {}
        self.events: dict[tuple[int, str], int] = {}
        self.payments: dict[tuple[int, str], int] = {}
        self.usage: dict[UsageKey, int] = {}
        self.booked: dict[int, int] = {}
        self.said: list[Message] = []
        self.waiting: list[Decoded] = []

    def decide(self, batch: Sequence[Decoded]) -> list[Outcome | Rejection]:
        """Decide one batch and remember it; unknown tenants wait for `release`."""
        known = self._facts(batch)
        while isinstance(draft := decide(batch, known), Wanted):
            lots = {one: tuple(self.lots.get(one, {}).values()) for one in draft.lots_of}
            known = replace(
                known, lots={**known.lots, **lots}, looked_up=known.looked_up or bool(draft.usage)
            )
        self._remember(batch, draft)
        self._check()
        outcomes = [draft.outcomes.get(index, Outcome.CHARGED) for index in range(len(batch))]
        self.waiting += [
            record
            for record, outcome in zip(batch, outcomes, strict=True)
            if isinstance(outcome, Rejection) and outcome.reason is Reason.UNKNOWN_TENANT
        ]
        return outcomes

    def release(self) -> None:
        """Look again at what waited for its account."""
        again, self.waiting = self.waiting, []
        self.decide(again)

    def _facts(self, batch: Sequence[Decoded]) -> Facts:
        opening = {
            one.identity.tenant_id
            for one in batch
            if isinstance(one, Event) and isinstance(one.body, AccountOpened)
        }
        fresh = sorted(opening - self.accounts.keys())
        has_events = any(isinstance(one, Event) for one in batch)
        return facts(
            *self.accounts.values(),
            # Without events only current lots are known, as on the hot path.
            lots={one: tuple(lots.values()) for one, lots in self._all_lots().items()} if has_events else {},
            recharges=list(self.recharges.values()),
            settled_strays=frozenset(one for one, it in self.recharges.items() if it.reason == "unknown"),
            new_account_ids={one: len(self.accounts) + 1 + at for at, one in enumerate(fresh)},
            known_events=self.events,
            known_payments=self.payments,
            known_usage=self.usage,
        )

    def _all_lots(self) -> dict[int, dict[int, Lot]]:
        return {row.account_id: self.lots.get(row.account_id, {}) for row in self.accounts.values()}

    def _remember(self, batch: Sequence[Decoded], draft: Draft) -> None:
        for tenant, account in draft.touched.items():
            self.accounts[tenant] = account.after()
            owned = self.lots.setdefault(account.account_id, {})
            owned.update({lot.number: lot for lot in account.changed_lots()})
        for entry in draft.entries:
            self.booked[entry.account_id] = self.booked.get(entry.account_id, 0) + entry.amount_micros
        for index, record in enumerate(batch):
            if isinstance(record, Usage) and index not in draft.outcomes:
                key = (record.source_number, self.accounts[record.tenant_id].account_id, record.key)
                assert key not in self.usage, "charged twice"
                self.usage[key] = record.content_hash
        assert not draft.payments.keys() & self.payments.keys(), "credited twice"
        self.payments.update(draft.payments)
        self.events.update(draft.events)
        self.recharges.update(draft.recharges)
        self.said += draft.messages

    def _check(self) -> None:
        for row in self.accounts.values():
            left = sum(lot.left_micros for lot in self.true_lots(row))
            assert row.balance_micros == self.booked.get(row.account_id, 0), "balance = sum of entries"
            assert row.balance_micros == left - row.debt_micros, "balance = lots - debt"
            assert row.depleted == (row.balance_micros <= -row.credit_limit_micros)
            asked = [
                one.recharge_id
                for one in self.recharges.values()
                if one.account_id == row.account_id and one.is_open
            ]
            assert asked == ([row.open_recharge_id] if row.open_recharge_id else []), "at most one open"
            due = (
                row.recharge_enabled
                and row.balance_micros < (row.trigger_micros or 0)
                and row.status == "active"
                and not row.recharge_block
            )
            assert asked or not due, "below the trigger, and nobody asks"
            said = [one.sequence for one in self.said if one.account.account_id == row.account_id]
            assert said == sorted(set(said)), "sequences rise"

    def true_lots(self, row: AccountRow) -> list[Lot]:
        """Give an account's lots; what is left of the current one stands in the account."""
        return [
            lot._replace(left_micros=row.lot_left_micros) if lot.number == row.lot_number else lot
            for lot in self.lots.get(row.account_id, {}).values()
        ]
