"""Recording: write what was decided, everything in the order that all transactions keep."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from worker.domain.account import Account
from worker.domain.decide import Decoded, identity_of
from worker.domain.draft import Draft, Outcome
from worker.domain.event import Event
from worker.domain.facts import MICROSECONDS
from worker.domain.identity import park_key
from worker.domain.record import KeptRecord
from worker.domain.rejection import Rejection
from worker.domain.reverse_payment import awaited
from worker.postgres.account_events import remember_events
from worker.postgres.account_upkeep import keep_up
from worker.postgres.accounts import change_accounts, move_money
from worker.postgres.adjustments import remember_adjustments
from worker.postgres.allowances import write_allowances
from worker.postgres.dead_letters import DeadLetter, bury, dead_letter_id, known_letters
from worker.postgres.ledger import append_entries
from worker.postgres.lots import write_lots
from worker.postgres.openings import open_accounts
from worker.postgres.outbox import SYSTEM_ACCOUNT, Promise, enqueue, take_system_sequence
from worker.postgres.parked import ParkedRow, known_parked, park
from worker.postgres.parked_again import look_again
from worker.postgres.recharges import write_recharges
from worker.postgres.reversals import write_reversals
from worker.postgres.transaction import Transaction
from worker.transactions.happened import happened_s
from worker.transactions.office import Office

HEADER_NAMES: Final = ["content-type"]
HEADER_VALUES: Final = [b"application/cloudevents+json"]

# Encoded between two looks at the event loop.
MESSAGES_AT_ONCE: Final = 200

Keep = Callable[[int], KeptRecord]
Outcomes = dict[int, Outcome | Rejection]


async def record_decision(tx: Transaction, draft: Draft, office: Office) -> None:
    """Write entries, balances, lots, requests and promises; refused records are written beside this."""
    await append_entries(tx, draft.entries, draft.lines, draft.texts)
    touched = sorted(draft.touched.values(), key=lambda account: account.account_id)
    if touched:
        await record_accounts(tx, touched, office.cell)
    await write_recharges(tx, office.cell, list(draft.recharges.values()))
    await write_reversals(tx, office.cell, list(draft.reversals.values()))
    await remember_adjustments(tx, office.cell, draft.adjustments)
    # What waits for its usage is known by the row that keeps it, until it takes effect.
    effective = {key: digest for key, digest in draft.events.items() if key not in draft.pending}
    await remember_events(tx, office.cell, effective)
    promises = []
    for position, message in enumerate(draft.messages):
        if position % MESSAGES_AT_ONCE == 0:
            await asyncio.sleep(0)
        topic, key, value = office.encoder.encode(message)
        if topic in office.muted:
            continue
        promises.append(
            Promise(
                message.account.account_id, message.sequence, topic, key, HEADER_NAMES, HEADER_VALUES, value
            )
        )
    await enqueue(tx, office.cell, promises, office.sizes.lanes)


async def record_accounts(tx: Transaction, touched: Sequence[Account], cell: int) -> None:
    """Write the accounts: new ones whole, the money of all, settings only where they changed."""
    await open_accounts(tx, cell, [account.stored for account in touched if account.is_new])
    await move_money(tx, cell, [account.money() for account in touched])
    changed = [account.after() for account in touched if account.row is not account.stored]
    await change_accounts(tx, cell, changed)
    await keep_up(tx, cell, changed)
    await look_again(
        tx, cell, [one.row.tenant_id for one in touched if one.row.rate_deck != one.stored.rate_deck]
    )
    lots = {account.account_id: account.changed_lots() for account in touched}
    await write_lots(tx, cell, {account_id: owned for account_id, owned in lots.items() if owned})
    await write_allowances(tx, cell, {one.account_id: one.allowances for one in touched if one.allowances})


async def park_refused(
    tx: Transaction, decoded: Sequence[Decoded], draft: Draft, keep: Keep, office: Office
) -> None:
    """Park what cannot be charged yet; what was parked before becomes a duplicate in the outcomes."""
    outcomes = draft.outcomes
    waiting = {
        index: outcome
        for index, outcome in outcomes.items()
        if isinstance(outcome, Rejection) and not outcome.dead
    }
    if not waiting:
        return
    identities = {index: identity for index in waiting if (identity := identity_of(decoded[index]))}
    known = set(await known_parked(tx, office.cell, identities.values()))
    rows = []
    for index, rejection in waiting.items():
        identity = identities[index]
        park_id = park_key(identity)
        if park_id in known:
            outcomes[index] = Outcome.DUPLICATE
            continue
        known.add(park_id)
        record = keep(index)
        one = decoded[index]
        started_s = happened_s(one) or record.arrived_s
        waits_for = awaited(one.body) if isinstance(one, Event) else ""
        rows.append(ParkedRow(identity, started_s, rejection, record, waits_for))
    await park(tx, office.cell, draft.generation, rows)


async def bury_refused(
    tx: Transaction, outcomes: Outcomes, keep: Keep, office: Office, now_us: int
) -> list[DeadLetter]:
    """Keep what can never be charged as it stands, and promise to say so.

    What was kept before, when its topic is read again, becomes a duplicate in `outcomes`.
    """
    refused = {
        index: DeadLetter(outcome, keep(index))
        for index, outcome in outcomes.items()
        if isinstance(outcome, Rejection) and outcome.dead
    }
    if not refused:
        return []
    known = await known_letters(tx, office.cell, [letter.record.origin for letter in refused.values()])
    letters = []
    for index, letter in refused.items():
        if dead_letter_id(letter.record.origin) in known:
            outcomes[index] = Outcome.DUPLICATE
        else:
            letters.append(letter)
    if letters:
        await bury(tx, office.cell, letters)
        await announce_dead(tx, letters, office, now_us)
    return letters


async def announce_dead(tx: Transaction, letters: Sequence[DeadLetter], office: Office, now_us: int) -> None:
    """Promise a message about each dead letter, in a lane that no tenant waits for."""
    before = await take_system_sequence(tx, office.cell, len(letters), now_us)
    promises = []
    for position, letter in enumerate(letters, start=1):
        topic, key, value = office.encoder.encode_dead_letter(
            letter.rejection, letter.record, now_us // MICROSECONDS
        )
        promises.append(
            Promise(SYSTEM_ACCOUNT, before + position, topic, key, HEADER_NAMES, HEADER_VALUES, value)
        )
    await enqueue(tx, office.cell, promises, office.sizes.lanes)
