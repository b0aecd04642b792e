"""Requests as a payment service reads them."""

import json
from typing import Any
from uuid import UUID

from worker.simulators.event import rfc3339
from worker.simulators.payment_book import Answer
from worker.simulators.payment_kinds import Kind
from worker.simulators.payment_manner import Manner
from worker.simulators.payment_requests import Request

NOW_S = 1_780_000_000
ANSWER_S = 900
EXPIRES_S = 86_400


def request(number: int = 1, *, attempt: int = 1, at_s: float = NOW_S, amount: str = "20.00") -> Request:
    return Request(
        tenant_id="acme",
        recharge_id=str(UUID(int=number)),
        amount=amount,
        currency="USD",
        attempt=attempt,
        requested_s=at_s,
        answer_by_s=at_s + ANSWER_S,
        expires_s=NOW_S + EXPIRES_S,
    )


def record(asked: Request, *, kind: str = "requested") -> bytes:
    data = {
        "tenant_id": asked.tenant_id,
        "recharge_id": asked.recharge_id,
        "amount": asked.amount,
        "currency": asked.currency,
        "attempt": asked.attempt,
        "requested_at": rfc3339(asked.requested_s),
        "answer_by": rfc3339(asked.answer_by_s),
        "expires_at": rfc3339(asked.expires_s),
    }
    return json.dumps({"type": f"talktime.recharge.{kind}.v1", "data": data}).encode()


def always(kind: Kind, **more: Any) -> Manner:  # noqa: ANN401 -- whatever else the manner knows.
    return Manner(mix={kind: 1}, **({"longest_delay_s": 0} | more))


def said(answer: Answer) -> dict[str, Any]:
    """The event's data, and its type without what all types share."""
    event = json.loads(answer.event.value)
    data: dict[str, Any] = event["data"]
    return data | {"type": event["type"].split(".")[2], "event_id": event["id"]}
