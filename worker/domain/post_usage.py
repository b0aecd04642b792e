"""Posting usage: what was admitted is paid, by bundles first, then by lots, and becomes an entry."""

from collections.abc import Sequence
from datetime import date

from worker.domain.account import Account
from worker.domain.draft import Draft
from worker.domain.entry import (
    ALLOWANCE,
    CALL_KINDS,
    CODES,
    HAS_LINES,
    REVISED_KINDS,
    Entry,
    EntryText,
    number_parts,
)
from worker.domain.facts import Facts
from worker.domain.forfeit import restore
from worker.domain.legs import allowance_lines, leg_lines, share_lines
from worker.domain.lot import Share
from worker.domain.pay_by_allowance import pay_by_allowance
from worker.domain.rating import Price
from worker.domain.usage import Usage


def post(
    usage: Usage, prices: Sequence[Price], account: Account, draft: Draft, facts: Facts, day: date
) -> Entry:
    """Debit the account and write the entry, with lines only where there is more than one part.

    The charge of a revision stands in the day of the usage that it revises.
    """
    is_call = usage.kind in CALL_KINDS
    if account.allowances is not None:
        prices = pay_by_allowance(usage, prices, account, facts.decks.deck(account.row.rate_deck))
    amount = prices[0].amount_micros if is_call else sum(price.amount_micros for price in prices)
    shares: Sequence[Share] = ()
    if not account.debit_current_lot(amount, usage.started_s):
        shares = account.debit(amount, usage.started_s)
    draft.touched[usage.tenant_id] = account
    lot_number = account.lot_number if not shares else shares[0].lot_number if len(shares) == 1 else 0
    several_bundles = len(prices[0].paid) > 1
    has_lines = not is_call or len(shares) > 1 or several_bundles
    entry = entry_of(usage, prices, amount, account, facts, day, lot_number, has_lines)
    draft.entries.append(entry)
    if account.restored:
        restore(account, entry, draft, facts)
    if has_lines:
        if not is_call:
            draft.lines.extend(leg_lines(usage, prices, entry))
        if not is_call or several_bundles:
            draft.lines.extend(allowance_lines(usage, prices, entry))
        if len(shares) > 1:
            draft.lines.extend(share_lines(shares, entry))
    leg = usage.legs[0]
    if not usage.source_number or usage.call_id or leg.origin or leg.allowance or usage.kind in REVISED_KINDS:
        draft.texts.append(text_of(usage, entry))
    return entry


def entry_of(
    usage: Usage,
    prices: Sequence[Price],
    amount: int,
    account: Account,
    facts: Facts,
    day: date,
    lot_number: int,
    has_lines: bool,
) -> Entry:
    """Make the entry of a usage; a conference's own numbers and prefixes stand in its lines.

    So do bundles where one entry cannot name them: the use of a month is the sum of `bundle_s` over entries
    and `PART_ALLOWANCE` lines that name a bundle, by the month of their own start.
    """
    if usage.kind in CALL_KINDS:
        leg = usage.legs[0]
        number, shape = number_parts(leg.number)
        duration_s, prefix_length = leg.duration_s, prices[0].prefix_length
        codes = CODES[leg.service, leg.number_type]
        paid = prices[0].paid
        bundle_s = sum(one.bundle_s for one in paid) if paid else 0
        if len(paid) == 1:
            codes += ALLOWANCE * paid[0].allowance_number
    else:
        number = shape = prefix_length = codes = 0
        duration_s = sum(leg.duration_s for leg in usage.legs)
        bundle_s = sum(one.bundle_s for price in prices for one in price.paid)
    # A third of what `Entry(...)` takes, once an event; the order is that of its fields.
    return tuple.__new__(
        Entry,
        (
            usage.started_s,
            facts.now_s,
            -amount,
            number,
            usage.content_hash,
            usage.key,
            account.account_id,
            duration_s,
            bundle_s,
            prices[0].version_id,
            lot_number,
            facts.user_numbers.get((usage.tenant_id, usage.user_id), 0),
            day,
            facts.cell,
            usage.source_number,
            usage.kind,
            prefix_length,
            shape,
            codes | HAS_LINES if has_lines else codes,
        ),
    )


def text_of(usage: Usage, entry: Entry) -> EntryText:
    """Keep the texts that no integer holds: a hashed identity, what chose the price."""
    leg = usage.legs[0]
    is_call = usage.kind in CALL_KINDS
    # A revision has a key of its own, from which nobody could tell the usage's id.
    has_id = not usage.source_number or usage.kind in REVISED_KINDS
    return EntryText(
        cell=entry.cell,
        account_id=entry.account_id,
        source_number=entry.source_number,
        event_key=entry.event_key,
        day=entry.day,
        source="" if usage.source_number else usage.source,
        event_id=usage.event_id if has_id else "",
        call_id=usage.call_id,
        origin=leg.origin if is_call else "",
        allowance=leg.allowance if is_call else "",
    )
