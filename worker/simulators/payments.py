"""What the simulated payment service answers: a pure function of the request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from worker.simulators.event import SOURCE, Outgoing, structured

PAYMENTS: Final = "payments"
REQUESTED: Final = "talktime.recharge.requested.v1"
FATES: Final = 2**32


@dataclass(frozen=True, slots=True)
class Manner:
    """How it treats requests, as parts of one; the rest is paid."""

    declines: float = 0.1
    ignores: float = 0.05
    longest_answer_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, and how long after the request."""

    outcome: str
    after_s: float
    event: Outgoing


def answer(request: bytes, manner: Manner, now_s: float) -> Answer | None:
    """Answer a record of the recharge topic, or nothing.

    The recharge id alone decides the outcome, the payment id and the event's id, so however often a request
    comes, the answer is the same.
    """
    event = json.loads(request)
    if event["type"] != REQUESTED:
        return None
    data = event["data"]
    recharge_id = str(data["recharge_id"])
    fate = uuid5(NAMESPACE_URL, f"{SOURCE} fate {recharge_id}").int % FATES / FATES
    if fate < manner.ignores:
        return None
    # The same draw spreads the answers over their time.
    after_s = (fate * FATES % 1_000) / 1_000 * manner.longest_answer_s
    if fate < manner.ignores + manner.declines:
        return Answer("declined", after_s, _declined(recharge_id, data, now_s))
    return Answer("completed", after_s, _completed(recharge_id, data, now_s))


def _completed(recharge_id: str, data: Mapping[str, object], now_s: float) -> Outgoing:
    paid = {
        "tenant_id": data["tenant_id"],
        "recharge_id": recharge_id,
        "payment_id": f"payment-{recharge_id}",
        "amount": data["amount"],
        "currency": data["currency"],
        # Not the moment of the answer: a repeated answer must say the same.
        "paid_at": data["requested_at"],
        "invoice": {"number": f"S-{uuid5(NAMESPACE_URL, recharge_id).hex[:8]}"},
    }
    return structured(PAYMENTS, "recharge.completed.v1", _id("completed", recharge_id), now_s, paid)


def _declined(recharge_id: str, data: Mapping[str, object], now_s: float) -> Outgoing:
    refused = {
        "tenant_id": data["tenant_id"],
        "recharge_id": recharge_id,
        "attempt": data["attempt"],
        "outcome": "declined",
        "code": "card_declined",
        "message": "The card was declined",
    }
    attempt = f"{recharge_id} {data['attempt']}"
    return structured(PAYMENTS, "recharge.failed.v1", _id("declined", attempt), now_s, refused)


def _id(outcome: str, what: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{SOURCE} {outcome} {what}"))
