"""Revising: voids and corrections of usage, which act on its live charge; or wait for it."""

from collections.abc import Iterable

from worker.domain.account import LARGEST_MICROS, Account
from worker.domain.chain import Booked, ChainKey, chain_key, join, live_charge, revision_key
from worker.domain.charge import admit, outside_days
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import (
    CORRECTED_CALL,
    CORRECTED_CONFERENCE,
    USAGE_CALL,
    USAGE_KINDS,
    day_of,
)
from worker.domain.event import Event, UsageCorrected, UsageReference, UsageVoided
from worker.domain.facts import Facts
from worker.domain.forfeit import begin_lots
from worker.domain.give_back import give_back
from worker.domain.post_usage import post
from worker.domain.rating import Price
from worker.domain.rejection import Reason, Rejection
from worker.domain.usage import Usage

# Fields of a refusal that stand in the correction's own data, not inside the corrected usage.
OWN_FIELDS = frozenset({"data.tenant_id"})


def revise(event: Event, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Void or correct a usage; one that has not come is waited for, as long as its day is open."""
    reference = reference_of(event)
    if not facts.open_from_s <= reference.started_s < facts.open_until_s:
        refused = outside_days(reference.started_s, facts)
        return Rejection(refused.reason, "data.usage.started_at", refused.detail)
    key = named_chain(reference, account.account_id)
    chain = draft.chains.get(key)
    if chain is None:
        chain = draft.chains[key] = list(facts.chains.get(key, ()))
    if chain:
        return act(event, key, chain, account, draft, facts)
    draft.pending[account.account_id, event.identity.key] = key
    account.row = account.row._replace(pending_revisions=True)
    return Outcome.APPLIED


def act(
    event: Event, key: ChainKey, chain: list[Booked], account: Account, draft: Draft, facts: Facts
) -> Outcome | Rejection:
    """Void or correct the live charge of a chain, whole or not at all."""
    live = live_charge(chain)
    if live is not None and account.balance - live.entry.amount_micros > LARGEST_MICROS:
        return Rejection(Reason.OUT_OF_RANGE, "data.usage", "the balance would pass 4 * 10^18 micros")
    if isinstance(event.body, UsageCorrected):
        if live is None:
            detail = "the usage was voided, and a void is for ever: nothing was changed"
            return Rejection(Reason.CONFLICT, "data.usage", detail)
        refused = correct(event, event.body.corrected, key, chain, account, draft, facts)
        if refused is not None:
            return refused
    elif live is not None:
        give_back(key, chain, account, draft, facts, event.identity.content_hash)
    if account.row.lots_due_s <= facts.now_s:
        # What went back to a lot that has expired is lost at once.
        begin_lots(account, draft, facts)
    return Outcome.APPLIED


def correct(
    event: Event,
    corrected: Usage,
    key: ChainKey,
    chain: list[Booked],
    account: Account,
    draft: Draft,
    facts: Facts,
) -> Rejection | None:
    """Give the live charge back and charge the usage as it should have been, or say why that cannot be."""
    prices = admit(corrected, account, facts)
    if isinstance(prices, Rejection):
        if prices.field in OWN_FIELDS:
            return prices
        return Rejection(prices.reason, prices.field.replace("data", "data.corrected", 1), prices.detail)
    give_back(key, chain, account, draft, facts, event.identity.content_hash)
    kind = CORRECTED_CALL if corrected.kind == USAGE_CALL else CORRECTED_CONFERENCE
    charge_again(corrected._replace(kind=kind), prices, key, chain, account, draft, facts)
    return None


def charge_again(
    usage: Usage,
    prices: Iterable[Price],
    key: ChainKey,
    chain: list[Booked],
    account: Account,
    draft: Draft,
    facts: Facts,
    *,
    user_number: int | None = None,
) -> None:
    """Charge a usage whose charge was given back; the new one is the last of its chain.

    `user_number` stands for the user where only the number is known.
    """
    usage = usage._replace(key=revision_key(key.event_key, len(chain)))
    place, before = len(draft.entries), len(draft.lines)
    entry = post(usage, tuple(prices), account, draft, facts, key.day)
    if user_number is not None:
        draft.entries[place] = entry = entry._replace(user_number=user_number)
    chain += join([entry], draft.lines[before:], draft.texts[-1:])


def meet_usage(revisions: Iterable[Event], draft: Draft, facts: Facts) -> None:
    """Find the chains that begin in this batch, and apply what was kept for their usage, in its order."""
    wanted = {
        named_chain(reference_of(event), draft.accounts[event.identity.tenant_id].account_id)
        for event in revisions
        if event.identity.tenant_id in draft.accounts
    }
    wanted |= facts.pending.keys()
    begun = [entry for entry in draft.entries if entry.kind in USAGE_KINDS and chain_key(entry) in wanted]
    keys = {entry.event_key for entry in begun}
    for booked in join(
        begun,
        (line for line in draft.lines if line.event_key in keys),
        (text for text in draft.texts if text.event_key in keys),
    ):
        draft.chains[chain_key(booked.entry)] = [booked]
    for key in facts.pending:
        if key in draft.chains:
            meet(key, draft, facts)


def meet(key: ChainKey, draft: Draft, facts: Facts) -> None:
    """Apply what was kept for a usage that was charged just now; what is refused is parked like any other."""
    for kept in facts.pending[key]:
        identity = kept.event.identity
        account = draft.accounts[identity.tenant_id]
        outcome = act(kept.event, key, draft.chains[key], account, draft, facts)
        draft.met.append((account.account_id, identity.key))
        if isinstance(outcome, Rejection):
            draft.refused_late.append((kept, outcome))
        else:
            draft.events[account.account_id, identity.key] = identity.content_hash
        met = sum(account_id == account.account_id for account_id, _ in draft.met)
        if met == facts.pending_counts[account.account_id]:
            account.row = account.row._replace(pending_revisions=False)


def reference_of(event: Event) -> UsageReference:
    """Say which usage a void or a correction is about."""
    assert isinstance(event.body, UsageVoided | UsageCorrected), "nothing else revises usage"
    return event.body.usage


def named_chain(reference: UsageReference, account_id: int) -> ChainKey:
    """Name the chain of a usage that an event refers to."""
    return ChainKey(day_of(reference.started_s), reference.source_number, account_id, reference.key)
