"""Gathering for money that goes back or is moved by hand: what did so before, and the lots it touches."""

from collections.abc import Mapping
from dataclasses import replace

from worker.domain.account import AccountRow
from worker.domain.event import Adjusted, Event, PaymentReinstated, PaymentReversed
from worker.domain.facts import Facts
from worker.domain.lot import DEBT, Lot
from worker.postgres.adjustments import known_adjustments
from worker.postgres.lots import named_lots, paid_lots
from worker.postgres.reversals import known_reversals
from worker.postgres.transaction import Transaction


async def with_reversals(tx: Transaction, facts: Facts, known: Mapping[Event, AccountRow]) -> Facts:
    """Read what is known of the reversals, payments and adjustments that events name."""
    made, own, paid = [], [], []
    for event, row in known.items():
        match event.body:
            case Adjusted(adjustment_id=name):
                made.append((row.account_id, name))
            case PaymentReinstated(reversal_id=name):
                own.append((row.account_id, name))
            case PaymentReversed(reversal_id=name, payment_id=payment):
                own.append((row.account_id, name))
                paid.append((row.account_id, payment))
    if made:
        facts = replace(facts, adjustments=await known_adjustments(tx, facts.cell, made))
    if not own:
        return facts
    reversals = await known_reversals(tx, facts.cell, own, paid)
    numbers = [
        (one.account_id, number) for one in reversals.values() for number in one.lot_numbers if number != DEBT
    ]
    facts = add_lots(facts, await paid_lots(tx, facts.cell, paid))
    facts = add_lots(facts, await named_lots(tx, facts.cell, numbers))
    return replace(facts, reversals=reversals)


def add_lots(facts: Facts, found: Mapping[int, list[Lot]]) -> Facts:
    """Put lots with nothing left beside those that can be spent, which were read before."""
    lots = dict(facts.lots)
    for account_id, more in found.items():
        owned = {lot.number: lot for lot in lots[account_id]}
        lots[account_id] = [*({lot.number: lot for lot in more} | owned).values()]
    return replace(facts, lots=lots)
