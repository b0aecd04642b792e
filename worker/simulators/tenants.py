"""The simulated tenants: how their accounts are opened, paid and recharged."""

import json
from collections.abc import Iterator
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from worker.simulators.deck import CURRENCY, DECK
from worker.simulators.event import SOURCE, Outgoing, structured

ACCOUNTS: Final = "accounts"
TIMEZONES: Final = ("Europe/Istanbul", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Etc/UTC")
TRIGGER_CENTS: Final = 2_000
# The first tenants cross their trigger within seconds, the last after a while.
ABOVE_TRIGGER_CENTS: Final = 10
NEXT_TENANT_CENTS: Final = 40
BY_HAND: Final = "25.00"
# No simulated day is long enough for a limit on requests to be the reason that one is missing.
DAILY_COUNT: Final = 10_000
POLICIES: Final[tuple[dict[str, object], ...]] = (
    {"amount": "20.00"},
    {"target": "60.00"},
    {"amount": "10.00", "max_units": 3},
)
# One in so many pays by hand only, and runs dry.
WITHOUT_RECHARGE: Final = 10


def tenant_id(number: int) -> str:
    """Name a tenant."""
    return f"sim-{number:04}"


def opening(number: int, at_s: float) -> Iterator[Outgoing]:
    """Open an account, pay something in and set auto-recharge.

    The same tenant always gets the same events under the same ids: on a database that knows the tenant they
    change nothing.
    """
    tenant = tenant_id(number)
    yield _event(
        "account.opened.v1",
        {
            "tenant_id": tenant,
            "currency": CURRENCY,
            "timezone": TIMEZONES[number % len(TIMEZONES)],
            "rate_deck": DECK,
            "name": f"Simulated tenant {number}",
        },
        at_s,
    )
    cents = TRIGGER_CENTS + ABOVE_TRIGGER_CENTS + number * NEXT_TENANT_CENTS
    yield _event("account.credit_added.v1", _credit(tenant, f"{tenant}-first", _units(cents)), at_s)
    if number % WITHOUT_RECHARGE == WITHOUT_RECHARGE - 1:
        return
    policy = {
        "tenant_id": tenant,
        "enabled": True,
        "trigger": _units(TRIGGER_CENTS),
        "currency": CURRENCY,
        "daily_count": DAILY_COUNT,
        **POLICIES[number % len(POLICIES)],
    }
    yield _event("account.auto_recharge_set.v1", policy, at_s)


def added_by_hand(number: int, payment_id: str, at_s: float) -> Outgoing:
    """Book money that a tenant's administrator paid another way."""
    return _event("account.credit_added.v1", _credit(tenant_id(number), payment_id, BY_HAND), at_s)


def _credit(tenant: str, payment_id: str, amount: str) -> dict[str, object]:
    return {
        "tenant_id": tenant,
        "payment_id": payment_id,
        "amount": amount,
        "currency": CURRENCY,
        "kind": "purchase",
    }


def _units(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _event(kind: str, data: dict[str, object], at_s: float) -> Outgoing:
    identity = f"{SOURCE} {kind} {json.dumps(data, sort_keys=True)}"
    return structured(ACCOUNTS, kind, str(uuid5(NAMESPACE_URL, identity)), at_s, data)
