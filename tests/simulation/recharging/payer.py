"""A payment service that keeps its promises and remembers for ever, whatever becomes of the worker."""

from dataclasses import dataclass, field

from worker.domain.event import PaymentBody, RechargeCompleted, RechargeFailed, RechargePending
from worker.domain.message import Message, RechargeCancelled, RechargeRequested
from worker.domain.recharge import AUTOMATIC


@dataclass
class Asked:
    """One id: what its first request said, and what has become of it."""

    recharge_id: str
    automatic: bool
    amount_micros: int
    expires_s: int
    attempt: int = 1
    # A payment that was started in time may end whenever it likes.
    started: bool = False
    paid: bool = False
    declined: bool = False
    cancelled: bool = False
    # The worker has heard the end of it.
    told: bool = False


@dataclass
class Payer:
    """`known` by id, in the order of asking."""

    known: dict[str, Asked] = field(default_factory=dict)

    def hear(self, message: Message) -> Asked | None:
        """Read one message; give what was asked with an id that was never heard of."""
        match message.body:
            case RechargeRequested(request):
                before = self.known.get(request.recharge_id)
                if before is not None:
                    before.attempt = max(before.attempt, request.attempt)
                    return None
                fresh = Asked(
                    request.recharge_id,
                    request.reason == AUTOMATIC,
                    request.amount_micros,
                    request.expires_s,
                )
                self.known[request.recharge_id] = fresh
                return fresh
            case RechargeCancelled(recharge_id):
                self.known[recharge_id].cancelled = True
        return None

    def start(self, asked: Asked, now_s: int) -> None:
        """Start a payment, unless that is too late or no longer wanted."""
        if now_s <= asked.expires_s and not (asked.declined or asked.cancelled):
            asked.started = True

    def completed(self, asked: Asked, now_s: int) -> PaymentBody | None:
        """Say that the money has come, as often as anybody likes; always the same."""
        self.start(asked, now_s)
        if not asked.started:
            return None
        asked.paid = asked.told = True
        return RechargeCompleted(
            asked.recharge_id, f"pay-{asked.recharge_id}", asked.amount_micros, "USD", now_s
        )

    def declined(self, asked: Asked, retry: str | None) -> PaymentBody | None:
        """Refuse for good, unless a payment was started."""
        if asked.started:
            return None
        asked.declined = asked.told = True
        return RechargeFailed(asked.recharge_id, asked.attempt, "declined", "c", "m", retry)

    def unavailable(self, asked: Asked, attempt: int) -> PaymentBody:
        """Say of any attempt that nothing can be said."""
        return RechargeFailed(asked.recharge_id, attempt, "unavailable", "c", "m", None)

    def pending(self, asked: Asked, until_s: int, url: str | None) -> PaymentBody:
        """Say that it takes longer."""
        status = "processing" if url is None else "requires_action"
        return RechargePending(asked.recharge_id, status, until_s, url)
