"""A statement's entries as people read them: local times, and words for how an amount came about."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from worker.codec.statements import month_text
from worker.domain.calendar import Timezones, zone_at
from worker.domain.entry import KIND_NAMES
from worker.domain.micros import format_micros
from worker.domain.statement import Statement, StatementEntry
from worker.domain.statement_part import StatementLine


class Row(NamedTuple):
    """An entry in words; '' for what it does not have. `why` has a line for every price."""

    booked: str
    started: str
    what: str
    number: str
    user: str
    duration: str
    why: tuple[str, ...]
    amount: str
    balance: str


def title(statement: Statement) -> str:
    """Say whose statement it is, and of when."""
    whose = statement.name or statement.tenant_id
    when = "everything that is kept" if statement.month is None else month_text(statement.month)
    so_far = ", so far" if statement.month is not None and not statement.complete else ""
    return f"Statement of {whose}, {when}{so_far}"


def row_of(stated: StatementEntry, zones: Timezones) -> Row:
    """Put an entry in words."""
    entry, parts = stated.entry, stated.parts
    return Row(
        booked=local_text(zones, entry.booked_s),
        started=local_text(zones, entry.started_s),
        what=", ".join([KIND_NAMES[entry.kind], *_about(stated)]),
        number=", ".join(dict.fromkeys(part.number for part in parts)),
        user=stated.user_id or "",
        duration=clock_text(entry.duration_s) if parts else "",
        why=tuple(_why(stated)),
        amount=format_micros(entry.amount_micros),
        balance=format_micros(stated.balance_micros),
    )


def sum_rows(statement: Statement) -> Iterator[Row]:
    """Put in words what is left of entries that are no longer kept."""
    balance_micros = statement.opening_micros
    for total in statement.sums or ():
        balance_micros += total.amount_micros
        what = f"{KIND_NAMES[total.kind]}, {total.entries} entries"
        amount, balance = format_micros(total.amount_micros), format_micros(balance_micros)
        yield Row("", "", what, "", "", "", (), amount, balance)


def local_text(zones: Timezones, moment_s: int) -> str:
    """Write a moment as the clock on the tenant's wall showed it."""
    return f"{datetime.fromtimestamp(moment_s, ZoneInfo(zone_at(zones, moment_s))):%Y-%m-%d %H:%M:%S}"


def clock_text(seconds: int) -> str:
    """Write a duration: `1:05`, `2:00:00`."""
    minutes, rest_s = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest_s:02}" if hours else f"{minutes}:{rest_s:02}"


def _about(stated: StatementEntry) -> Iterator[str]:
    for destination in dict.fromkeys(part.destination for part in stated.parts):
        if destination:
            yield destination
    if stated.description:
        yield stated.description
    if stated.payment_id:
        yield f"payment {stated.payment_id}"
    if stated.own_id:
        yield stated.own_id


def _why(stated: StatementEntry) -> Iterator[str]:
    for part in stated.parts:
        leg = f"leg {part.leg_id}: " if part.leg_id else ""
        for line in part.lines:
            yield f"{leg}{_price(line)}"
        if part.prefix is not None and part.lines:
            window = f", {part.window}" if part.window else ""
            yield f"{leg}prefix {part.prefix or 'any'} of {part.deck} version {part.version_id}{window}"
    if stated.allowances:
        yield f"bundle {', '.join(stated.allowances)}"


def _price(line: StatementLine) -> str:
    if line.price_per_minute_micros is None:
        return f"{line.billable_s} s"
    by_bundle = f", {line.allowance_s} s by bundle" if line.allowance_s else ""
    return f"{line.billable_s} s at {format_micros(line.price_per_minute_micros)} a minute{by_bundle}"
