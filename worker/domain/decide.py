"""Deciding: the whole business of a batch, as one pure function."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from worker.domain.account import Account
from worker.domain.account_events import apply_account_event, open_account
from worker.domain.charge import charge_usage, repeated, unknown_tenant
from worker.domain.credit_events import apply_credit_event
from worker.domain.draft import Draft, Outcome
from worker.domain.event import (
    AccountOpened,
    Adjusted,
    CreditAdded,
    CreditRequested,
    Event,
    PaymentBody,
    PaymentReinstated,
    PaymentReversed,
    RechargeCompleted,
    RechargeFailed,
    RechargePending,
    RevisionBody,
    UsageCorrected,
    UsageVoided,
)
from worker.domain.facts import Facts, Wanted
from worker.domain.forfeit import begin_lots
from worker.domain.identity import Identity, park_key
from worker.domain.ordinary_calls import OrdinaryCalls
from worker.domain.rejection import Refused, Rejection
from worker.domain.revision import meet_usage, revise
from worker.domain.settlement import settle
from worker.domain.usage import Usage
from worker.domain.watch import watch
from worker.domain.watch_allowances import watch_allowances

Decoded = Usage | Event | Refused

# So many events take some ten milliseconds, and as many conferences as a batch may hold less than fifty.
STEP: Final = 500

Item = TypeVar("Item")


class Turns(NamedTuple):
    """Records by their turn, each with its index."""

    accounts: list[tuple[int, Event]]
    payments: list[tuple[int, Event]]
    usages: list[tuple[int, Usage]]
    revisions: list[tuple[int, Event]]


def decide(records: Sequence[Decoded], facts: Facts) -> Draft | Wanted:
    """Decide what becomes of every record: accounts events, payments, usage, revisions, each in order.

    Does no I/O, reads no clock and never fails for bad data. Returns what is to be written, or what must be
    read first; the records are then decided again from the start. Without records it does what is due.
    """
    steps = deciding(records, facts)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            decision: Draft | Wanted = end.value
            return decision


def deciding(records: Sequence[Decoded], facts: Facts) -> Generator[None, None, Draft | Wanted]:
    """Decide, step by step: whoever must not be kept for long looks elsewhere between two of them."""
    draft = Draft(facts)
    yield
    turns = in_turns(records, draft, facts)
    begin_due(draft, facts)
    for events in (turns.accounts, turns.payments):
        for some in slices(events):
            take_all(some, draft, facts)
            yield
    ordinary = OrdinaryCalls(draft, facts)
    for usages in slices(turns.usages):
        charge_usage(usages, draft, facts, ordinary)
        yield
    if turns.revisions or facts.pending:
        meet_usage((event for _, event in turns.revisions), draft, facts)
    # After all usage of the batch: what they revise may stand behind them.
    take_all(turns.revisions, draft, facts)
    doubtful = () if facts.looked_up else tuple(draft.doubtful)
    starved = draft.starved()
    if doubtful or starved:
        return Wanted(starved, doubtful)
    for accounts in slices(list(draft.touched.values())):
        watch_all(accounts, draft, facts)
        yield
    return draft


def slices(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Cut into pieces of a step's work each."""
    return (items[start : start + STEP] for start in range(0, len(items), STEP))


def in_turns(records: Sequence[Decoded], draft: Draft, facts: Facts) -> Turns:
    """Sort records by their turn; what was refused or discarded before has none."""
    turns = Turns([], [], [], [])
    for index, record in enumerate(records):
        if facts.discarded and was_discarded(record, facts):
            draft.outcomes[index] = Outcome.DUPLICATE
        elif isinstance(record, Usage):
            turns.usages.append((index, record))
        elif isinstance(record, Refused):
            draft.outcomes[index] = record.rejection
        elif isinstance(record.body, PaymentBody):
            turns.payments.append((index, record))
        elif isinstance(record.body, RevisionBody):
            turns.revisions.append((index, record))
        else:
            turns.accounts.append((index, record))
    return turns


def begin_due(draft: Draft, facts: Facts) -> None:
    """Do what is due on accounts before anything else happens to them, and have all that are due watched."""
    for tenant_id, account in draft.accounts.items():
        if account.row.next_due_s <= facts.now_s:
            draft.touched[tenant_id] = account
            if account.row.lots_due_s <= facts.now_s:
                begin_lots(account, draft, facts)


def watch_all(accounts: Iterable[Account], draft: Draft, facts: Facts) -> None:
    """See, after everything else, to what follows for accounts that were touched."""
    for account in accounts:
        watch_allowances(account, draft, facts)
        watch(account, draft, facts)


def take_all(events: Sequence[tuple[int, Event]], draft: Draft, facts: Facts) -> None:
    """Apply events in their order."""
    for index, event in events:
        draft.outcomes[index] = take(event, draft, facts)


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
    else:
        outcome = apply(event, account, draft, facts)
    if isinstance(outcome, Outcome) or outcome.dead:
        # Refused for good is an outcome, too: read again under other settings, it must not take effect.
        account = draft.accounts[identity.tenant_id]
        draft.events[account.account_id, identity.key] = identity.content_hash
        draft.touched[identity.tenant_id] = account
    return outcome


def apply(event: Event, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Apply an event to its account, by what it is about."""
    match event.body:
        case UsageVoided() | UsageCorrected():
            return revise(event, account, draft, facts)
        case RechargePending() | RechargeCompleted() | RechargeFailed():
            return settle(event, account, draft, facts)
        case CreditAdded() | CreditRequested() | Adjusted() | PaymentReversed() | PaymentReinstated():
            return apply_credit_event(event, account, draft, facts)
        case _:
            return apply_account_event(event, account, draft, facts)
