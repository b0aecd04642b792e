"""Gathering for events that are no usage: what came before them, payments, lots."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from worker.domain.event import (
    Adjusted,
    CreditAdded,
    Event,
    PaymentReinstated,
    PaymentReversed,
    RechargeCompleted,
    StatusSet,
)
from worker.domain.facts import Facts
from worker.postgres.account_events import known_events
from worker.postgres.lots import known_payments, read_lots
from worker.postgres.transaction import Transaction
from worker.transactions.gather_reversals import with_reversals

# Events that move money and so need every lot beside them.
MOVING: Final = CreditAdded | RechargeCompleted | StatusSet | Adjusted | PaymentReversed | PaymentReinstated


async def with_events(tx: Transaction, facts: Facts, events: Sequence[Event]) -> Facts:
    """Read what account and payment events need to know."""
    known = {
        event: facts.accounts[event.identity.tenant_id]
        for event in events
        if event.identity.tenant_id in facts.accounts
    }
    keys = [(row.account_id, event.identity.key) for event, row in known.items()]
    payments = [
        (row.account_id, event.body.payment_id)
        for event, row in known.items()
        if isinstance(event.body, CreditAdded | RechargeCompleted)
    ]
    moved = {row.account_id for event, row in known.items() if isinstance(event.body, MOVING)}
    facts = await with_reversals(tx, await with_lots(tx, facts, moved), known)
    return replace(
        facts,
        known_events=await known_events(tx, facts.cell, keys) if keys else {},
        known_payments=await known_payments(tx, facts.cell, payments) if payments else {},
    )


async def with_lots(tx: Transaction, facts: Facts, account_ids: Iterable[int]) -> Facts:
    """Read the lots of accounts whose lots are not read yet."""
    missing = set(account_ids) - facts.lots.keys()
    if not missing:
        return facts
    return replace(facts, lots={**facts.lots, **await read_lots(tx, facts.cell, missing, facts.open_from_s)})
