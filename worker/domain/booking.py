"""Booking: entries that are no usage; each stands in the day on which it is booked."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from worker.domain.account import Account
from worker.domain.draft import Draft
from worker.domain.entry import HAS_LINES, Entry, EntryText, day_of
from worker.domain.facts import Facts
from worker.domain.legs import share_lines
from worker.domain.lot import Share


def book(
    account: Account,
    draft: Draft,
    facts: Facts,
    *,
    kind: int,
    amount_micros: int,
    key: str,
    happened_s: int,
    shares: Sequence[Share],
    content_hash: int = 0,
) -> Entry:
    """Write the entry of an amount that the account's lots have taken or given already.

    `shares` say which (lot 0: debt), in amounts above 0; several become lines. `key` is unique within the
    account: an event's own, or `derived_key`.
    """
    several = len(shares) > 1
    # Usage keeps its event's own key, and a careless platform may number calls and payments alike.
    own_key = derived_key(key, "booked")
    entry = Entry(
        started_s=happened_s,
        booked_s=facts.now_s,
        amount_micros=amount_micros,
        number=0,
        content_hash=content_hash,
        event_key=own_key,
        account_id=account.account_id,
        duration_s=0,
        bundle_s=0,
        version_id=0,
        lot_number=0 if several else shares[0].lot_number,
        user_number=0,
        day=day_of(facts.now_s),
        cell=facts.cell,
        source_number=0,
        kind=kind,
        prefix_length=0,
        number_shape=0,
        codes=HAS_LINES if several else 0,
    )
    draft.entries.append(entry)
    if several:
        draft.lines.extend(share_lines(shares, entry))
    draft.touched[account.row.tenant_id] = account
    return entry


def describe(
    draft: Draft, entry: Entry, *, description: str = "", own_id: str = "", payment_id: str = ""
) -> None:
    """Keep what people call an entry that is no usage: in words, by an id of its own, by its payment's."""
    draft.texts.append(
        EntryText(
            cell=entry.cell,
            account_id=entry.account_id,
            source_number=entry.source_number,
            event_key=entry.event_key,
            day=entry.day,
            source=payment_id,
            event_id=own_id,
            call_id=description,
        )
    )


def derived_key(of: str, what: str) -> str:
    """Make the key of an entry that follows from another one, or from an event: the same every time."""
    return str(uuid5(UUID(of), what))
