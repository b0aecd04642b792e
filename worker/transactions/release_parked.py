"""Releasing: parked records that can be charged now are charged, oldest first."""

from collections.abc import Sequence
from dataclasses import replace

from worker.domain.decide import Decoded
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import day_of
from worker.domain.facts import MICROSECONDS, ByHand, Facts
from worker.domain.rejection import Reason, Rejection
from worker.domain.usage import Usage
from worker.postgres.parked import Releasable, close_parked, find_releasable, keep_parked
from worker.postgres.retention import take_closed_days
from worker.postgres.transaction import Transaction, transaction
from worker.transactions.charge_batch import decided
from worker.transactions.gather import gather, with_usage
from worker.transactions.gather_by_hand import with_old_lots
from worker.transactions.office import Office
from worker.transactions.prepare import prepare
from worker.transactions.record_decision import record_decision
from worker.transactions.record_revisions import record_pending
from worker.transactions.replayed import Replayed

NO_LIMIT = 1 << 31


async def release_parked(office: Office, found: Sequence[Releasable], now_us: int) -> dict[str, int]:
    """Charge parked records whose time has come; return how many ended how ('kept': they wait on)."""
    if not found:
        return {}
    prepared = await prepare([Replayed(one.record) for one in found], office, NO_LIMIT)
    # Large records come in several rounds; what was not decided stays as it is.
    found = found[: len(prepared.decoded)]
    async with transaction(office.pool) as tx:
        facts = await gather(tx, prepared, office, now_us, careful=False)
        if found[0].by_hand:
            facts = await with_closed_days(tx, facts, prepared.decoded, vouched=found[0].vouched)
        facts = await with_usage(tx, facts, prepared.decoded)
        draft = await decided(tx, prepared.decoded, facts)
        await record_decision(tx, draft, office)
        await record_pending(tx, prepared.decoded, draft, lambda index: found[index].record, office, now_us)
        return await settle_released(tx, found, draft, office)


async def with_closed_days(
    tx: Transaction, facts: Facts, decoded: Sequence[Decoded], *, vouched: bool
) -> Facts:
    """Open the closed days of usage that a person has asked to be charged, for this transaction alone."""
    usages = [one for one in decoded if isinstance(one, Usage)]
    closed_days = await take_closed_days(tx, {day_of(one.started_s) for one in usages})
    return await with_old_lots(tx, replace(facts, by_hand=ByHand(closed_days, vouched)), usages)


async def settle_released(
    tx: Transaction, found: Sequence[Releasable], draft: Draft, office: Office
) -> dict[str, int]:
    """Close what ended; what still cannot be charged waits on, for the reason that holds now."""
    closed: list[tuple[str, str]] = []
    kept: list[tuple[str, Rejection]] = []
    for index, one in enumerate(found):
        outcome = draft.outcomes.get(index, Outcome.CHARGED)
        if isinstance(outcome, Outcome):
            closed.append((one.park_id, outcome.value))
        else:
            kept.append((one.park_id, waits_on(outcome)))
    await close_parked(tx, office.cell, closed)
    await keep_parked(tx, office.cell, draft.generation, kept)
    counts: dict[str, int] = {"kept": len(kept)} if kept else {}
    for _, ended in closed:
        counts[ended] = counts.get(ended, 0) + 1
    return counts


async def hold_refused(office: Office, park_id: str, state: str) -> None:
    """Leave a parked record to a person: Postgres refuses it even alone."""
    rejection = Rejection(Reason.CONFLICT, "", f"Postgres refused it alone: SQLSTATE {state}")
    async with transaction(office.pool) as tx:
        await keep_parked(tx, office.cell, office.decks.generation, [(park_id, rejection)])


async def releasable(office: Office, now_us: int, most_rows: int) -> list[Releasable]:
    """Find what may be charged now, oldest first.

    Looks at the level, so a record parked a moment after somebody looked is found the next time.
    """
    async with transaction(office.pool) as tx:
        found = await find_releasable(
            tx,
            office.cell,
            generation=office.decks.generation,
            now_s=now_us // MICROSECONDS,
            limit=most_rows,
            usage_topic=next(name for name, topic in office.topics.items() if topic == "usage"),
        )
    # What a person has asked for is looked at in another way, so each round has one of the two.
    return [one for one in found if one[2:] == found[0][2:]]


def waits_on(rejection: Rejection) -> Rejection:
    """Keep a record parked even when it is found impossible now: its bytes are here, a person decides."""
    if not rejection.dead:
        return rejection
    return Rejection(Reason.CONFLICT, rejection.field, rejection.detail)
