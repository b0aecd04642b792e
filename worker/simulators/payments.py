"""The words of the simulated payment service: each answer as an event, the same however often it is said."""

from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from worker.simulators.event import SOURCE, Outgoing, rfc3339, structured
from worker.simulators.payment_kinds import Says
from worker.simulators.payment_requests import Request

PAYMENTS: Final = "payments"

PENDING: Final = frozenset({Says.PROCESSING, Says.REQUIRES_ACTION})
FAILURES: Final = frozenset({Says.DECLINED, Says.DECLINED_FOR_GOOD, Says.UNAVAILABLE, Says.EARLIER_FAILURE})
REVERSALS: Final = frozenset({Says.REFUND, Says.DISPUTE})

Data = dict[str, object]


def words(says: Says, request: Request, pending_s: int, now_s: float) -> Outgoing:
    """Write an answer to a request.

    The recharge id alone names the payment, and with what is said, and of which attempt, the event: only a
    fault has other ids.
    """
    if says in PENDING:
        return _event("recharge.pending.v1", says, request, _pending(says, request, pending_s), now_s)
    if says in FAILURES:
        return _event("recharge.failed.v1", says, request, _failed(says, request), now_s)
    if says in REVERSALS:
        return _event("payment.reversed.v1", says, request, _reversed(says, request), now_s)
    if says is Says.REINSTATED:
        return _event("payment.reinstated.v1", says, request, {"reversal_id": _reversal_id(request)}, now_s)
    return _event("recharge.completed.v1", says, request, _completed(says, request), now_s)


def _pending(says: Says, request: Request, pending_s: int) -> Data:
    pending: Data = {"status": says.value, "answer_by": rfc3339(request.answer_by_s + pending_s)}
    if says is Says.REQUIRES_ACTION:
        pending["action_url"] = f"https://payments.example/approve/{request.recharge_id}"
    return {"recharge_id": request.recharge_id} | pending


def _completed(says: Says, request: Request) -> Data:
    amount = Decimal(request.amount) + (1 if says is Says.OTHER_AMOUNT else 0)
    payment_id = _payment_id(request) + ("-again" if says is Says.SECOND_PAYMENT else "")
    return {
        "recharge_id": request.recharge_id,
        "payment_id": payment_id,
        "amount": f"{amount:f}",
        "currency": request.currency,
        # Not the moment of the answer: a repeated answer must say the same.
        "paid_at": rfc3339(request.requested_s),
        "invoice": {"number": f"S-{uuid5(NAMESPACE_URL, payment_id).hex[:8]}"},
    }


def _failed(says: Says, request: Request) -> Data:
    declined = says in {Says.DECLINED, Says.DECLINED_FOR_GOOD}
    failed: Data = {
        "recharge_id": request.recharge_id,
        "attempt": request.attempt - (says is Says.EARLIER_FAILURE),
        "outcome": "declined" if declined else "unavailable",
        "code": "card_declined" if declined else "bank_unavailable",
        "message": "The card was declined" if declined else "The bank does not answer",
    }
    return failed | ({"retry": "never"} if says is Says.DECLINED_FOR_GOOD else {})


def _reversed(says: Says, request: Request) -> Data:
    return {
        "payment_id": _payment_id(request),
        "reversal_id": _reversal_id(request),
        "amount": request.amount,
        "currency": request.currency,
        "kind": says.value,
        "reason": "The customer asked for it" if says is Says.REFUND else "The cardholder disputes it",
    }


def _payment_id(request: Request) -> str:
    return f"payment-{request.recharge_id}"


def _reversal_id(request: Request) -> str:
    return f"reversal-{request.recharge_id}"


def _event(kind: str, says: Says, request: Request, data: Data, now_s: float) -> Outgoing:
    of_attempt = f" {request.attempt}" if says in FAILURES else ""
    event_id = str(uuid5(NAMESPACE_URL, f"{SOURCE} {says} {request.recharge_id}{of_attempt}"))
    return structured(PAYMENTS, kind, event_id, now_s, {"tenant_id": request.tenant_id} | data)
