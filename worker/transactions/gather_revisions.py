"""Gathering for voids and corrections: the chains they name, and those kept for usage that comes now."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from worker.domain.chain import Chain, ChainKey
from worker.domain.decide import Decoded
from worker.domain.entry import day_of
from worker.domain.event import Event, PendingRevision, RevisionBody, UsageCorrected
from worker.domain.facts import Facts, UsageKey
from worker.domain.give_back import paid_by
from worker.domain.lot import DEBT
from worker.domain.revision import named_chain, reference_of
from worker.domain.usage import Usage
from worker.postgres.chains import read_chains
from worker.postgres.dictionaries import read_texts
from worker.postgres.lots import named_lots
from worker.postgres.pending_revisions import count_pending, known_pending, pending_of
from worker.postgres.transaction import Transaction
from worker.transactions.gather_events import with_lots
from worker.transactions.office import Office
from worker.transactions.replayed import Replayed


async def with_revisions(tx: Transaction, facts: Facts, decoded: Sequence[Decoded], office: Office) -> Facts:
    """Read what voids and corrections need: those of the batch, and those kept for usage of the batch."""
    revisions = [
        one
        for one in decoded
        if isinstance(one, Event)
        and isinstance(one.body, RevisionBody)
        and one.identity.tenant_id in facts.accounts
    ]
    flagged = {row.account_id for row in facts.accounts.values() if row.pending_revisions}
    if flagged:
        facts = await with_pending(tx, facts, decoded, revisions, flagged, office)
    if revisions:
        keys = {
            named_chain(reference, facts.accounts[event.identity.tenant_id].account_id)
            for event in revisions
            if facts.open_from_s <= (reference := reference_of(event)).started_s < facts.open_until_s
        }
        facts = await with_chains(tx, facts, keys)
        facts = replace(facts, known_usage={**facts.known_usage, **charged(decoded, facts)})
    # What a charge of this very batch took is given back to the lots it came from, too.
    revised = {facts.accounts[event.identity.tenant_id].account_id for event in revisions}
    return await with_lots(tx, facts, revised | {key.account_id for key in facts.pending})


async def with_chains(tx: Transaction, facts: Facts, keys: Iterable[ChainKey]) -> Facts:
    """Read chains, and the lots that their live charges came from, spent ones too."""
    chains = await read_chains(tx, facts.cell, keys)
    facts = await with_lots(tx, facts, {key.account_id for key in chains})
    read = {(account_id, lot.number) for account_id, lots in facts.lots.items() for lot in lots}
    named = sorted({one for key, chain in chains.items() for one in lots_named(key, chain)} - read)
    lots = {account_id: list(owned) for account_id, owned in facts.lots.items()}
    for account_id, owned in (await named_lots(tx, facts.cell, named)).items():
        lots[account_id] += owned
    return replace(facts, chains={**facts.chains, **chains}, lots=lots)


def lots_named(key: ChainKey, chain: Chain) -> Iterable[tuple[int, int]]:
    """Name the lots that paid a chain's last charge."""
    return ((key.account_id, share.lot_number) for share in paid_by(chain[-1]) if share.lot_number != DEBT)


def charged(decoded: Sequence[Decoded], facts: Facts) -> dict[UsageKey, int]:
    """Find the usage of the batch whose chain was read: it must not begin a second one."""
    known: dict[UsageKey, int] = {}
    for one in decoded:
        row = facts.accounts.get(one.tenant_id) if isinstance(one, Usage) else None
        if isinstance(one, Usage) and row is not None:
            key = ChainKey(day_of(one.started_s), one.source_number, row.account_id, one.key)
            if key in facts.chains:
                first = facts.chains[key][0].entry
                known[one.source_number, row.account_id, one.key] = first.content_hash
    return known


async def with_pending(
    tx: Transaction,
    facts: Facts,
    decoded: Sequence[Decoded],
    revisions: Sequence[Event],
    flagged: set[int],
    office: Office,
) -> Facts:
    """Read what flagged accounts keep: for usage of the batch, and under the identities of its revisions."""
    accounts = {tenant: row for tenant, row in facts.accounts.items() if row.account_id in flagged}
    usages = [one for one in decoded if isinstance(one, Usage) and one.tenant_id in accounts]
    keys = {
        ChainKey(day_of(one.started_s), one.source_number, accounts[one.tenant_id].account_id, one.key)
        for one in usages
    }
    pending: dict[ChainKey, list[PendingRevision]] = {}
    for key, record in await pending_of(tx, facts.cell, keys) if keys else ():
        event = office.decoder.decode(Replayed(record))
        # It was read when it came; under settings that refuse it now it waits on.
        if isinstance(event, Event):
            pending.setdefault(key, []).append(PendingRevision(event, record))
    again = [
        (accounts[event.identity.tenant_id].account_id, event.identity.key)
        for event in revisions
        if event.identity.tenant_id in accounts
    ]
    known = await known_pending(tx, facts.cell, again) if again else {}
    return replace(
        facts,
        pending=pending,
        pending_counts=await count_pending(tx, facts.cell, flagged) if pending else {},
        known_events={**facts.known_events, **known},
        user_numbers={**facts.user_numbers, **await users_of(tx, facts, pending)}
        if pending
        else facts.user_numbers,
    )


async def users_of(
    tx: Transaction, facts: Facts, pending: dict[ChainKey, list[PendingRevision]]
) -> dict[tuple[str, str], int]:
    """Read the numbers of the users whom kept corrections name."""
    users = {
        (body.corrected.tenant_id, body.corrected.user_id)
        for kept in pending.values()
        for one in kept
        if isinstance(body := one.event.body, UsageCorrected) and body.corrected.user_id
    }
    texts = {(facts.accounts[tenant].account_id, user): (tenant, user) for tenant, user in users}
    return {texts[text]: number for text, number in (await read_texts(tx, facts.cell, list(texts))).items()}
