"""Messages: what a decision promised, in the wire form of the contracts (CloudEvents, structured mode)."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from worker.codec.allowance_messages import allowance_notice, allowance_state
from worker.codec.times import rfc3339
from worker.domain.account import AccountRow
from worker.domain.allowance_state import Standing
from worker.domain.message import (
    AccountState,
    AllowanceNotice,
    Message,
    MessageBody,
    Notice,
    RechargeCancelled,
    RechargeRequested,
)
from worker.domain.micros import format_micros
from worker.domain.record import KeptRecord
from worker.domain.rejection import Rejection

CONTENT_TYPE: Final = "application/cloudevents+json"
MICROSECONDS: Final = 1_000_000
MOST_HEADERS: Final = 100
MOST_HEADER_BYTES: Final = 1024
MOST_NAME: Final = 256

Wire = tuple[str, bytes, bytes]


class Encoder:
    """Encodes messages for the topics in use; `topics` maps the contracts' names to them."""

    def __init__(self, topics: Mapping[str, str], installation: UUID, dead_letter_bytes: int) -> None:
        self._topics = topics
        self._source = f"talktime/{installation}"
        self._dead_letter_bytes = dead_letter_bytes

    def encode(self, message: Message) -> Wire:
        """Give (topic, key, value) of a tenant's message."""
        account, now_s = message.account, message.sequence // MICROSECONDS
        topic, name, data = contract_of(account, message.body, message.allowances)
        data = {"tenant_id": account.tenant_id, **data}
        event = self._event(name, now_s, data) | {"sequence": str(message.sequence)}
        return self._topics[topic], account.tenant_id.encode(), to_bytes(event)

    def encode_dead_letter(self, rejection: Rejection, record: KeptRecord, now_s: int) -> Wire:
        """Give (topic, key, value) of the message about a refused record; its bytes may be cut."""
        value = record.value or b""
        headers = record.headers[:MOST_HEADERS]
        cut_headers = len(headers) < len(record.headers) or any(
            len(name) > MOST_NAME or len(text or b"") > MOST_HEADER_BYTES for name, text in headers
        )
        data = {
            "reason": rejection.reason.value,
            "field": rejection.field[:256],
            "detail": rejection.detail[:1024],
            "topic": record.origin.topic,
            "partition": record.origin.partition,
            "offset": record.origin.offset,
            "headers": [
                {"name": name[:MOST_NAME], "value_base64": _base64(text, MOST_HEADER_BYTES)}
                for name, text in headers
            ],
            "value_base64": _base64(record.value, self._dead_letter_bytes),
            "value_bytes": len(value),
            "cut": len(value) > self._dead_letter_bytes or cut_headers,
        }
        event = self._event("record.rejected", now_s, data)
        return self._topics["dead-letters"], record.key or b"", to_bytes(event)

    def _event(self, name: str, now_s: int, data: dict[str, Any]) -> dict[str, Any]:
        # Drawn once and stored in the outbox: every repetition carries the same id.
        return {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": self._source,
            "type": f"talktime.{name}.v1",
            "time": rfc3339(now_s),
            "datacontenttype": "application/json",
            "data": data,
        }


def contract_of(
    account: AccountRow, body: MessageBody, allowances: Sequence[Standing]
) -> tuple[str, str, dict[str, Any]]:
    """Give the contracts' topic, name and data of a message."""
    match body:
        case RechargeRequested():
            return "recharges", "recharge.requested", requested(account, body)
        case RechargeCancelled(recharge_id, reason):
            return "recharges", "recharge.cancelled", {"recharge_id": recharge_id, "reason": reason}
        case AccountState():
            return "account-states", "account.state", state(account, body, allowances)
        case Notice():
            return "notices", body.name, notice(account, body)
        case AllowanceNotice():
            return "notices", f"allowance.{body.change}", allowance_notice(body)


def requested(account: AccountRow, body: RechargeRequested) -> dict[str, Any]:
    """Write what the payment service is asked for."""
    request = body.recharge
    optional = {
        "request_id": request.request_id,
        "requested_by": request.requested_by,
        "payment_method": account.payment_method,
        "trigger": None if request.trigger_micros is None else format_micros(request.trigger_micros),
    }
    return {
        "recharge_id": request.recharge_id,
        "amount": format_micros(request.amount_micros),
        "currency": account.currency,
        "units": request.units,
        "unit_amount": format_micros(request.amount_micros // request.units),
        "reason": request.reason,
        "balance": format_micros(request.balance_micros),
        "attempt": request.attempt,
        "requested_at": rfc3339(body.asked_s),
        "answer_by": rfc3339(request.answer_by_s),
        "expires_at": rfc3339(request.expires_s),
        "description": f"Telephone credit for {account.name or account.tenant_id}"[:256],
        **{name: value for name, value in optional.items() if value is not None},
    }


def state(account: AccountRow, body: AccountState, allowances: Sequence[Standing]) -> dict[str, Any]:
    """Write who may place calls."""
    return {
        "as_of": rfc3339(body.as_of_s),
        "status": account.status,
        "depleted": account.depleted,
        "balance": format_micros(account.balance_micros),
        "credit_limit": format_micros(account.credit_limit_micros),
        "currency": account.currency,
        "allowances": [allowance_state(one) for one in allowances],
    }


def notice(account: AccountRow, body: Notice) -> dict[str, Any]:
    """Write what people are told, always with the balance after it."""
    return {
        "currency": account.currency,
        "balance": format_micros(account.balance_micros),
        "reason": body.reason,
        **{name: format_micros(amount) for name, amount in body.amounts.items()},
        **{name: rfc3339(at_s) for name, at_s in body.times.items()},
        **body.facts,
        **{name: dict(pairs) for name, pairs in body.receipt._asdict().items() if pairs},
    }


def to_bytes(event: Mapping[str, Any]) -> bytes:
    """Write an event as compact JSON in UTF-8."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _base64(value: bytes | None, most_bytes: int) -> str | None:
    return None if value is None else b64encode(value[:most_bytes]).decode("ascii")
