"""Accounts of the benchmark: opened with more credit than it can spend, unless they are to cross."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from worker.bench.calls import SOURCE, Call
from worker.bench.deck import CURRENCY, DECK
from worker.codec.times import rfc3339

TRIGGER: Final = "10.00"
PLENTY: Final = "100000000.00"
SMALL: Final = "5.00"
# Half a year ago, so that it expires half a year before the rest.
EARLIER: Final = rfc3339(int(time.time()) - 180 * 86_400)
BUNDLES: Final = (("plenty", 1_000_000, ["1", "2", "3", "4"]), ("small", 100, ["5"]))


def tenants(count: int) -> list[str]:
    """Name the tenants who call."""
    return [f"tenant-{number:04}" for number in range(count)]


def crossing_tenants(count: int) -> list[str]:
    """Name the tenants whose next call takes them below their trigger."""
    return [f"crossing-{number:04}" for number in range(count)]


def openings(
    rich: Sequence[str], crossing: Sequence[str], *, lots: int = 1, bundles: bool = False
) -> Iterator[Call]:
    """Open every account with its credit and its auto-recharge: everything that a debit looks at.

    Further lots are small and expire earlier, so that they are spent first; of the bundles one never runs
    out, and the other one soon.
    """
    for tenant_id, credit in [*((name, PLENTY) for name in rich), *((name, TRIGGER) for name in crossing)]:
        named = {"tenant_id": tenant_id}
        opened = {"currency": CURRENCY, "timezone": "Etc/UTC", "rate_deck": DECK}
        yield _event("account.opened.v1", named | opened)
        money = {"payment_id": f"{tenant_id}-first", "amount": credit, "currency": CURRENCY}
        yield _event("account.credit_added.v1", named | money | {"kind": "purchase"})
        for number in range(1, lots):
            gift = {"payment_id": f"{tenant_id}-{number}", "amount": SMALL, "currency": CURRENCY}
            yield _event("account.credit_added.v1", named | gift | {"kind": "purchase", "paid_at": EARLIER})
        for name, minutes, prefixes in BUNDLES if bundles else ():
            reach = {"prefixes": prefixes, "number_types": ["toll"]}
            bundle = {"allowance": name, "minutes": minutes, "period": "calendar_month", "applies_to": reach}
            yield _event("account.allowance_set.v1", named | bundle)
        policy = {"enabled": True, "trigger": TRIGGER, "amount": "25.00", "currency": CURRENCY}
        yield _event("account.auto_recharge_set.v1", named | policy)


def _event(kind: str, data: Mapping[str, object]) -> Call:
    tenant_id = str(data["tenant_id"])
    document = {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, f"{SOURCE} {kind} {sorted(data.items())}")),
        "source": SOURCE,
        "type": f"talktime.{kind}",
        "datacontenttype": "application/json",
        "data": data,
    }
    return Call(tenant_id, json.dumps(document, separators=(",", ":")).encode())
