"""Events as any producer writes them: CloudEvents in structured mode, each under its tenant's key."""

import json
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

STRUCTURED = (("content-type", b"application/cloudevents+json"),)
SOURCE = "/tests/platform"
# Yesterday's noon: an open day whatever the hour at which the tests run.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)


class Sent(NamedTuple):
    """A record on its way; `role` is the contracts' name of its topic."""

    role: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = STRUCTURED


def event(
    role: str, name: str, data: dict[str, object], event_id: str | None = None, source: str = SOURCE
) -> Sent:
    document = {
        "specversion": "1.0",
        "id": event_id or str(uuid4()),
        "source": source,
        "type": f"talktime.{name}.v1",
        "time": moment(0),
        "data": data,
    }
    return Sent(role, str(data["tenant_id"]).encode(), json.dumps(document).encode())


def moment(seconds: float) -> str:
    """Give a time so many seconds after yesterday's noon."""
    return (NOON + timedelta(seconds=seconds)).isoformat()


def opened(tenant: str, event_id: str | None = None, **data: object) -> Sent:
    given = {"tenant_id": tenant, "currency": "USD", "timezone": "UTC", "rate_deck": "standard"} | data
    return event("accounts", "account.opened", given, event_id)


def auto_recharge(tenant: str, event_id: str | None = None, **data: object) -> Sent:
    given = {"tenant_id": tenant, "enabled": True, "currency": "USD"} | data
    return event("accounts", "account.auto_recharge_set", given, event_id)


def credit(tenant: str, amount: str, event_id: str | None = None, **data: object) -> Sent:
    given: dict[str, object] = {"tenant_id": tenant, "amount": amount, "currency": "USD", "kind": "purchase"}
    given |= {"payment_id": f"p-{uuid4()}"} | data
    return event("accounts", "account.credit_added", given, event_id)


def call(tenant: str, event_id: str | None = None, source: str = SOURCE, **data: object) -> Sent:
    """A minute to Germany, which costs 1 USD, unless said otherwise."""
    given: dict[str, object] = {
        "tenant_id": tenant,
        "service": "outbound",
        "rated_number": "4930123456",
        "number_type": "toll",
        "started_at": moment(0),
        "duration_s": 60,
        **data,
    }
    return event("usage", "usage.call", given, event_id, source)


def leg(leg_id: str, **data: object) -> dict[str, object]:
    given = {"leg_id": leg_id, "service": "dial_in", "rated_number": "4930123456", "number_type": "toll"}
    return {**given, "started_at": moment(0), "duration_s": 60, **data}


def conference(tenant: str, *legs: dict[str, object], event_id: str | None = None) -> Sent:
    data: dict[str, object] = {
        "tenant_id": tenant,
        "conference_id": "c-1",
        "organizer_id": "o-1",
        "legs": list(legs),
    }
    return event("usage", "usage.conference", data, event_id)


def completed(tenant: str, recharge_id: str, amount: str, **data: object) -> Sent:
    given = {"tenant_id": tenant, "recharge_id": recharge_id, "amount": amount, "currency": "USD"}
    return event("payments", "recharge.completed", {**given, "payment_id": f"p-{uuid4()}", **data})
