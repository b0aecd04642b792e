"""What the payment service reads: requests for money, requests taken back, and its own earlier answers."""

import json
from datetime import datetime
from typing import Final, NamedTuple

from worker.simulators.event import STRUCTURED, Outgoing
from worker.simulators.payment_kinds import Says

REQUESTED: Final = "talktime.recharge.requested.v1"
CANCELLED: Final = "talktime.recharge.cancelled.v1"
COMPLETED: Final = "talktime.recharge.completed.v1"
FAILED: Final = "talktime.recharge.failed.v1"


class Request(NamedTuple):
    """One attempt at a request; times in Unix seconds."""

    tenant_id: str
    recharge_id: str
    amount: str
    currency: str
    attempt: int
    requested_s: float
    answer_by_s: float
    expires_s: float


class Cancelled(NamedTuple):
    """A request that is taken back."""

    recharge_id: str


class Result(NamedTuple):
    """What was said of a request for good, when (in Unix seconds) and in which words."""

    recharge_id: str
    says: Says
    said_s: float
    event: Outgoing


def read_request(record: bytes | None) -> Request | Cancelled | None:
    """Read a record of the recharge topic; None when it is neither, whatever else it is."""
    try:
        event = json.loads(record or b"")
        data = event["data"]
        if event["type"] == CANCELLED:
            return Cancelled(str(data["recharge_id"]))
        if event["type"] != REQUESTED:
            return None
        return Request(
            str(data["tenant_id"]),
            str(data["recharge_id"]),
            str(data["amount"]),
            str(data["currency"]),
            int(data["attempt"]),
            _seconds(data["requested_at"]),
            _seconds(data["answer_by"]),
            _seconds(data["expires_at"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def read_result(topic: str, key: bytes | None, record: bytes | None) -> Result | None:
    """Read a record of the payment topic; None unless it settles its request for good."""
    try:
        event = json.loads(record or b"")
        data = event["data"]
        says = Says.COMPLETED if event["type"] == COMPLETED else Says.DECLINED
        if says is Says.DECLINED and (event["type"] != FAILED or data["outcome"] != "declined"):
            return None
        said = Outgoing(topic, key or b"", record or b"", (("content-type", STRUCTURED),))
        return Result(str(data["recharge_id"]), says, _seconds(event["time"]), said)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
