"""Deciding: the whole business of a batch, as one pure function."""

from collections.abc import Sequence

from worker.domain.account_events import apply_account_event, open_account
from worker.domain.charge import charge_usage, repeated, unknown_tenant
from worker.domain.draft import Draft, Outcome
from worker.domain.event import AccountOpened, Event, RechargeCompleted, RechargeFailed
from worker.domain.facts import Facts, Wanted
from worker.domain.identity import Identity, park_key
from worker.domain.rejection import Refused, Rejection
from worker.domain.settlement import settle
from worker.domain.usage import Usage
from worker.domain.watch import watch

Decoded = Usage | Event | Refused


def decide(records: Sequence[Decoded], facts: Facts) -> Draft | Wanted:
    """Decide what becomes of every record: accounts events, then payments, then usage, each in order.

    Does no I/O, reads no clock and never fails for bad data. Returns what is to be written, or what must be
    read first; the records are then decided again from the start.
    """
    draft = Draft(facts)
    usages: list[tuple[int, Usage]] = []
    payments: list[tuple[int, Event]] = []
    for index, record in enumerate(records):
        if facts.discarded and was_discarded(record, facts):
            draft.outcomes[index] = Outcome.DUPLICATE
            continue
        if isinstance(record, Usage):
            usages.append((index, record))
        elif isinstance(record, Refused):
            draft.outcomes[index] = record.rejection
        elif isinstance(record.body, RechargeCompleted | RechargeFailed):
            payments.append((index, record))
        else:
            draft.outcomes[index] = take(record, draft, facts)
    for index, event in payments:
        draft.outcomes[index] = take(event, draft, facts)
    charge_usage(usages, draft, facts)
    doubtful = () if facts.looked_up else tuple(draft.doubtful)
    starved = draft.starved()
    if doubtful or starved:
        return Wanted(starved, doubtful)
    for account in draft.touched.values():
        watch(account, draft, facts)
    return draft


def was_discarded(record: Decoded, facts: Facts) -> bool:
    """Say whether a person has decided that this record shall have no effect."""
    identity = identity_of(record)
    return identity is not None and park_key(identity) in facts.discarded


def identity_of(record: Decoded) -> Identity | None:
    """Give the identity of what was decoded, None when it has none."""
    if isinstance(record, Usage):
        return Identity(record.tenant_id, record.source, record.event_id, record.key, record.content_hash)
    return record.identity


def take(event: Event, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Apply one account or payment event, unless it came before."""
    identity = event.identity
    account = draft.accounts.get(identity.tenant_id)
    if account is not None:
        key = (account.account_id, identity.key)
        known = draft.events.get(key, facts.known_events.get(key))
        if known is not None:
            return repeated(identity.content_hash, known)
    if isinstance(event.body, AccountOpened):
        outcome = open_account(event, event.body, draft, facts)
    elif account is None:
        return unknown_tenant(identity.tenant_id)
    elif isinstance(event.body, RechargeCompleted | RechargeFailed):
        outcome = settle(event, account, draft, facts)
    else:
        outcome = apply_account_event(event, account, draft, facts)
    if isinstance(outcome, Outcome) or outcome.dead:
        # Refused for good is an outcome, too: read again under other settings, it must not take effect.
        account = draft.accounts[identity.tenant_id]
        draft.events[account.account_id, identity.key] = identity.content_hash
        draft.touched[identity.tenant_id] = account
    return outcome
