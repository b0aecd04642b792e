"""A slow model of the business, with nothing in it but what an accountant would say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.unit.domain.deciding import UNIT
from worker.domain.decide import Decoded
from worker.domain.draft import Outcome
from worker.domain.event import (
    AutoRechargeSet,
    CreditAdded,
    Event,
    RechargeCompleted,
    RechargeFailed,
    StatusSet,
)
from worker.domain.rejection import Reason
from worker.domain.usage import Usage

Verdict = Outcome | Reason


@dataclass
class Model:
    """One open tenant; requests are known by their ids alone."""

    balance: int = 0
    settings: AutoRechargeSet | None = None
    status: str = "active"
    open_request: str = ""
    blocked: bool = False
    asked: int = 0
    paid_requests: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    payments: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    charged: dict[str, int] = field(default_factory=dict)

    def take(self, batch: Sequence[Decoded], ids: Sequence[str]) -> list[Verdict]:
        """Take a batch: accounts, payments, usage; then ask once, if it must; `ids` name the requests."""
        verdicts: dict[int, Verdict] = {}
        for wanted in (self._account_event, self._payment, self._usage):
            for index, record in enumerate(batch):
                verdict = wanted(record)
                if verdict is not None:
                    verdicts[index] = verdict
        if self._must_ask():
            while ids[self.asked] in self.paid_requests | self.declined:
                self.asked += 1
            self.open_request = ids[self.asked]
            self.asked += 1
        return [verdicts[index] for index in range(len(batch))]

    def _must_ask(self) -> bool:
        wanted = self.settings
        if wanted is None or not wanted.enabled or wanted.trigger_micros is None:
            return False
        free = self.status == "active" and not self.open_request and not self.blocked
        return free and self.balance < wanted.trigger_micros

    def _known(self, record: Event) -> Verdict | None:
        before = self.seen.get(record.identity.event_id)
        if before is None:
            return None
        return Outcome.DUPLICATE if before == record.identity.content_hash else Reason.CONFLICT

    def _account_event(self, record: Decoded) -> Verdict | None:
        if not isinstance(record, Event) or isinstance(record.body, RechargeCompleted | RechargeFailed):
            return None
        if known := self._known(record):
            return known
        if isinstance(record.body, CreditAdded):
            body = record.body
            if body.payment_id in self.payments:
                same = self.payments[body.payment_id] == body.amount_micros
                if not same:
                    return Reason.CONFLICT
                self.seen[record.identity.event_id] = record.identity.content_hash
                return Outcome.DUPLICATE
            self._credit(body.payment_id, body.amount_micros)
        elif isinstance(record.body, StatusSet):
            self.status = record.body.status
            if self.status != "active":
                self.open_request = ""
        elif isinstance(record.body, AutoRechargeSet):
            self.settings, self.blocked = record.body, False
        self.seen[record.identity.event_id] = record.identity.content_hash
        return Outcome.APPLIED

    def _payment(self, record: Decoded) -> Verdict | None:
        if not isinstance(record, Event):
            return None
        if not isinstance(record.body, RechargeCompleted | RechargeFailed):
            return None
        if known := self._known(record):
            return known
        verdict = (
            self._completed(record.body)
            if isinstance(record.body, RechargeCompleted)
            else self._failed(record.body)
        )
        if verdict is not Reason.CONFLICT:
            self.seen[record.identity.event_id] = record.identity.content_hash
        return verdict

    def _completed(self, body: RechargeCompleted) -> Verdict:
        known = self.payments.get(body.payment_id)
        if known is not None and known != body.amount_micros:
            return Reason.CONFLICT
        if body.recharge_id in self.paid_requests:
            return Reason.CONFLICT if known is None else Outcome.DUPLICATE
        if known is None:
            self._credit(body.payment_id, body.amount_micros)
        self.paid_requests.add(body.recharge_id)
        if self.open_request == body.recharge_id:
            self.open_request = ""
        return Outcome.APPLIED

    def _failed(self, body: RechargeFailed) -> Verdict:
        if self.open_request == body.recharge_id:
            self.open_request, self.blocked = "", True
        self.declined.add(body.recharge_id)
        return Outcome.APPLIED

    def _usage(self, record: Decoded) -> Verdict | None:
        if not isinstance(record, Usage):
            return None
        if record.event_id in self.charged:
            same = self.charged[record.event_id] == record.content_hash
            return Outcome.DUPLICATE if same else Reason.CONFLICT
        if any(not leg.number.startswith("49") for leg in record.legs):
            return Reason.UNRATED
        self.charged[record.event_id] = record.content_hash
        self.balance -= sum(-(-leg.duration_s // 60) * UNIT for leg in record.legs)
        return Outcome.CHARGED

    def _credit(self, payment_id: str, amount: int) -> None:
        self.payments[payment_id] = amount
        self.balance += amount
        self.blocked = False
