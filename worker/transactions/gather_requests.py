"""Gathering recharge requests: those that answers name, and all that a due account waits for."""

from collections.abc import Sequence
from dataclasses import replace

from worker.domain.event import (
    CreditRequested,
    Event,
    RechargeCompleted,
    RechargeFailed,
    RechargePending,
)
from worker.domain.facts import Facts
from worker.domain.recharge import by_hand_id
from worker.postgres.recharges import read_open, read_recharges
from worker.postgres.transaction import Transaction

ANSWERS = RechargePending | RechargeCompleted | RechargeFailed


async def with_requests(tx: Transaction, facts: Facts, events: Sequence[Event]) -> Facts:
    """Read the requests that events name, and every open one of accounts that are due or have an event.

    Named ones are looked for over all tenants: an answer to somebody else's request must be seen.
    """
    tenants = {event.identity.tenant_id for event in events}
    waiting = [
        row.account_id
        for tenant, row in facts.accounts.items()
        if (row.open_recharge_id or row.open_by_hand)
        and (row.recharge_due_s <= facts.now_s or tenant in tenants)
    ]
    named = {one for event in events if (one := request_of(event, facts))}
    if not waiting and not named:
        return facts
    opened = await read_open(tx, facts.cell, waiting) if waiting else {}
    asked = await read_recharges(tx, facts.cell, named - opened.keys()) if named - opened.keys() else {}
    return replace(facts, recharges={**facts.recharges, **opened, **asked})


def request_of(event: Event, facts: Facts) -> str:
    """Name the request that an event is about, '' when it is about none."""
    if isinstance(event.body, ANSWERS):
        return event.body.recharge_id
    if isinstance(event.body, CreditRequested):
        return by_hand_id(facts.installation, event.identity.tenant_id, event.body.request_id)
    return ""
