"""Accounts of the benchmark: opened with more credit than it can spend, unless they are to cross."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from worker.bench.calls import SOURCE, Call
from worker.bench.deck import CURRENCY, DECK

TRIGGER: Final = "10.00"
PLENTY: Final = "100000000.00"


def tenants(count: int) -> list[str]:
    """Name the tenants who call."""
    return [f"tenant-{number:04}" for number in range(count)]


def crossing_tenants(count: int) -> list[str]:
    """Name the tenants whose next call takes them below their trigger."""
    return [f"crossing-{number:04}" for number in range(count)]


def openings(rich: Sequence[str], crossing: Sequence[str]) -> Iterator[Call]:
    """Open every account with its credit and its auto-recharge: everything that a debit looks at."""
    for tenant_id, credit in [*((name, PLENTY) for name in rich), *((name, TRIGGER) for name in crossing)]:
        named = {"tenant_id": tenant_id}
        opened = {"currency": CURRENCY, "timezone": "Etc/UTC", "rate_deck": DECK}
        yield _event("account.opened.v1", named | opened)
        money = {"payment_id": f"{tenant_id}-first", "amount": credit, "currency": CURRENCY}
        yield _event("account.credit_added.v1", named | money | {"kind": "purchase"})
        policy = {"enabled": True, "trigger": TRIGGER, "amount": "25.00", "currency": CURRENCY}
        yield _event("account.auto_recharge_set.v1", named | policy)


def _event(kind: str, data: Mapping[str, object]) -> Call:
    tenant_id = str(data["tenant_id"])
    document = {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, f"{SOURCE} {kind} {tenant_id}")),
        "source": SOURCE,
        "type": f"talktime.{kind}",
        "datacontenttype": "application/json",
        "data": data,
    }
    return Call(tenant_id, json.dumps(document, separators=(",", ":")).encode())
