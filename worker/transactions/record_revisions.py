"""Recording revisions that came before their usage: kept, let go of, or parked once they are refused."""

from collections.abc import Callable, Sequence

from worker.domain.chain import ChainKey
from worker.domain.decide import Decoded
from worker.domain.draft import Draft
from worker.domain.event import Event
from worker.domain.record import KeptRecord
from worker.postgres.parked import ParkedRow
from worker.postgres.parked_late import park_late
from worker.postgres.pending_revisions import KeptRevision, forget_revisions, keep_revisions
from worker.postgres.transaction import Transaction
from worker.transactions.happened import happened_s
from worker.transactions.office import Office


async def record_pending(
    tx: Transaction,
    decoded: Sequence[Decoded],
    draft: Draft,
    keep: Callable[[int], KeptRecord],
    office: Office,
    now_us: int,
) -> None:
    """Write which revisions wait for their usage now, and which do no longer."""
    if draft.pending:
        await keep_revisions(tx, office.cell, fresh(decoded, draft, keep, now_us))
    await forget_revisions(tx, office.cell, draft.met)
    late = [
        ParkedRow(kept.event.identity, happened_s(kept.event), rejection, kept.record)
        for kept, rejection in draft.refused_late
    ]
    await park_late(tx, office.cell, draft.generation, late)


def fresh(
    decoded: Sequence[Decoded], draft: Draft, keep: Callable[[int], KeptRecord], now_us: int
) -> list[KeptRevision]:
    """Join the revisions to keep with their records; their places keep those of one batch in order."""
    waiting: dict[tuple[int, str], ChainKey] = dict(draft.pending)
    kept = []
    for index, one in enumerate(decoded):
        if not isinstance(one, Event) or one.identity.tenant_id not in draft.accounts:
            continue
        identity = one.identity
        usage = waiting.pop((draft.accounts[identity.tenant_id].account_id, identity.key), None)
        if usage is not None:
            kept.append(KeptRevision(identity.key, identity.content_hash, usage, now_us + index, keep(index)))
    return kept
