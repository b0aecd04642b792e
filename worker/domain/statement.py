"""Statements: what was booked, each entry with the balance after it and how its amount came about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from worker.domain.calendar import Timezones
from worker.domain.chain import revision_key
from worker.domain.entry import (
    ALLOWANCE,
    CALL_KINDS,
    CONFERENCE_KINDS,
    PART_ALLOWANCE,
    PART_LEG,
    PART_SHARE,
    USAGE_CALL,
    USAGE_CONFERENCE,
    USAGE_RETURNED,
    Entry,
    EntryText,
    Line,
)
from worker.domain.identity import hashed_key
from worker.domain.statement_part import Part, Tariffs, part_of
from worker.domain.statement_span import Span

# A usage revised more often is shown without the number of the revision.
MOST_REVISIONS: Final = 1_000

FIRST_CHARGES: Final = frozenset({USAGE_CALL, USAGE_CONFERENCE})
USAGE_KINDS: Final = CALL_KINDS | CONFERENCE_KINDS | {USAGE_RETURNED}


class EntryKey(NamedTuple):
    """What an entry's texts and lines stand under, within its account and day."""

    source_number: int
    event_key: str


class LotName(NamedTuple):
    """Where a lot came from; '' for what it did not come from."""

    number: int
    kind: str
    payment_id: str
    recharge_id: str


class Beside(NamedTuple):
    """What stands beside some entries: texts, lines, names, tariffs."""

    texts: Mapping[EntryKey, EntryText]
    lines: Mapping[EntryKey, Sequence[Line]]
    users: Mapping[int, str]
    sources: Mapping[int, str]
    lots: Mapping[int, LotName]
    allowances: Mapping[int, str]
    tariffs: Tariffs


class UsageName(NamedTuple):
    """The event that published a usage, as its platform named it."""

    source: str
    event_id: str


class StatementEntry(NamedTuple):
    """An entry as it is read; None and '' for what it does not have.

    A call is one part, a conference one a leg; together they make the amount. `usage` of a revision is that
    of the usage it revises, `revision` counts the revisions of that usage. `own_id` is a recharge_id,
    a reversal_id or an adjustment_id.
    """

    entry: Entry
    balance_micros: int
    usage: UsageName | None
    revision: int
    user_id: str | None
    call_id: str
    description: str
    own_id: str
    payment_id: str
    parts: tuple[Part, ...]
    allowances: tuple[str, ...]
    lots: tuple[LotName, ...]


class KindSum(NamedTuple):
    """All entries of a kind together: what is left of days that were forwarded."""

    kind: int
    entries: int
    amount_micros: int


class Statement(NamedTuple):
    """A statement without its entries; opening and all of them make the closing balance.

    `zones`: by whose clocks its times are told. `complete`: nothing can be booked in it any more. `sums`
    stand in place of entries that are no longer kept, None when all of them are.
    """

    tenant_id: str
    name: str
    currency: str
    timezones: Timezones
    zones: tuple[str, ...]
    month: int | None
    span: Span
    complete: bool
    opening_micros: int
    closing_micros: int
    sums: tuple[KindSum, ...] | None


def state(entries: Iterable[Entry], balance_micros: int, beside: Beside) -> Iterator[StatementEntry]:
    """Put entries, in the order in which they were booked, on a statement that stands at a balance."""
    for entry in entries:
        balance_micros += entry.amount_micros
        yield _stated(entry, balance_micros, beside)


def _stated(entry: Entry, balance_micros: int, beside: Beside) -> StatementEntry:
    key = EntryKey(entry.source_number, entry.event_key)
    text, lines = beside.texts.get(key), beside.lines.get(key, ())
    is_usage = entry.kind in USAGE_KINDS
    usage, revision = usage_name(entry, text, beside.sources) if is_usage else (None, 0)
    said = text.call_id if text else ""
    return StatementEntry(
        entry=entry,
        balance_micros=balance_micros,
        usage=usage,
        revision=revision,
        user_id=beside.users.get(entry.user_number),
        call_id=said if is_usage else "",
        description="" if is_usage else said,
        own_id=text.event_id if text and not is_usage else "",
        payment_id=text.source if text and not is_usage else "",
        parts=tuple(_parts(entry, lines, text, beside.tariffs)) if is_usage else (),
        allowances=tuple(_allowances(entry, lines, beside.allowances)),
        lots=() if is_usage else tuple(_lots(entry, lines, beside.lots)),
    )


def usage_name(
    entry: Entry, text: EntryText | None, sources: Mapping[int, str]
) -> tuple[UsageName | None, int]:
    """Name the event that published an entry's usage, and say which of its revisions the entry is."""
    hashed = not entry.source_number
    source = text.source if hashed and text else sources.get(entry.source_number, "")
    event_id = text.event_id if text else ""
    if entry.kind in FIRST_CHARGES:
        return UsageName(source, event_id if hashed else entry.event_key), 0
    if not event_id:
        return None, 0
    key = hashed_key(source, event_id) if hashed else event_id
    numbers = range(1, MOST_REVISIONS)
    return UsageName(source, event_id), next(
        (number for number in numbers if revision_key(key, number) == entry.event_key), 0
    )


def _parts(entry: Entry, lines: Sequence[Line], text: EntryText | None, tariffs: Tariffs) -> Iterator[Part]:
    is_returned = entry.kind == USAGE_RETURNED
    legs = [line for line in lines if line.part == PART_LEG]
    for leg in legs:
        yield part_of(leg, leg_id=leg.leg_id, origin=leg.origin, is_returned=is_returned, tariffs=tariffs)
    if not legs and entry.kind not in CONFERENCE_KINDS:
        origin = text.origin if text else ""
        yield part_of(entry, leg_id="", origin=origin, is_returned=is_returned, tariffs=tariffs)


def _allowances(entry: Entry, lines: Sequence[Line], names: Mapping[int, str]) -> Iterator[str]:
    numbers = [line.codes // ALLOWANCE for line in lines if line.part == PART_ALLOWANCE]
    for number in dict.fromkeys(numbers or [entry.codes // ALLOWANCE]):
        if number in names:
            yield names[number]


def _lots(entry: Entry, lines: Sequence[Line], names: Mapping[int, LotName]) -> Iterator[LotName]:
    numbers = [line.lot_number for line in lines if line.part == PART_SHARE]
    for number in numbers or [entry.lot_number]:
        if number in names:
            yield names[number]
