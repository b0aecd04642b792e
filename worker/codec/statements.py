"""Statements as documents: the JSON that other programs rely on."""

from collections.abc import Iterable
from typing import Any

from worker.codec.times import rfc3339
from worker.domain.entry import ADJUSTMENT_KINDS, CREDIT_KINDS, KIND_NAMES, REINSTATED, REVERSED
from worker.domain.micros import format_micros
from worker.domain.statement import KindSum, LotName, Statement, StatementEntry
from worker.domain.statement_part import Part, StatementLine

Document = dict[str, Any]


def statement_document(statement: Statement) -> Document:
    """Give a statement's document without its entries, which follow one by one."""
    return {
        "tenant_id": statement.tenant_id,
        "name": statement.name,
        "currency": statement.currency,
        "timezone": statement.timezones.current,
        "month": None if statement.month is None else month_text(statement.month),
        "complete": statement.complete,
        "opening": format_micros(statement.opening_micros),
        "closing": format_micros(statement.closing_micros),
    }


def month_text(month: int) -> str:
    """Write a month as people do: `2026-03`."""
    return f"{month // 100:04}-{month % 100:02}"


def entry_document(stated: StatementEntry) -> Document:
    """Give an entry's document; `lines` add up to its amount, those of a conference name their legs."""
    entry, parts = stated.entry, stated.parts
    call = parts[0] if len(parts) == 1 and not parts[0].leg_id else None
    return {
        "entry_id": entry.event_key,
        "at": rfc3339(entry.booked_s),
        "started_at": rfc3339(entry.started_s),
        "kind": KIND_NAMES[entry.kind],
        "amount": format_micros(entry.amount_micros),
        "balance_after": format_micros(stated.balance_micros),
        "usage": stated.usage and {"source": stated.usage.source, "id": stated.usage.event_id},
        "revises": _revises(stated),
        "user_id": stated.user_id,
        "call_id": stated.call_id or None,
        "service": call.service if call else None,
        "number_type": call.number_type if call else None,
        "rated_number": call.number if call else None,
        "duration_s": entry.duration_s if parts else None,
        "destination": call.destination if call else _shared([part.destination for part in parts]),
        "allowances": list(stated.allowances),
        "lines": [line_document(line) for line in call.lines] if call else _of_legs(parts),
        "tariff": _tariff(parts),
        "description": stated.description or None,
        "payment_id": stated.payment_id or None,
        "recharge_id": _own_id(stated, CREDIT_KINDS.values()),
        "reversal_id": _own_id(stated, (REVERSED, REINSTATED)),
        "adjustment_id": _own_id(stated, ADJUSTMENT_KINDS.values()),
        "lots": [_lot(lot) for lot in stated.lots],
    }


def sum_document(total: KindSum, balance_micros: int, at_s: int) -> Document:
    """Give the document of what is left of a month's entries of one kind."""
    return {
        "at": rfc3339(at_s),
        "started_at": None,
        "kind": KIND_NAMES[total.kind],
        "amount": format_micros(total.amount_micros),
        "balance_after": format_micros(balance_micros),
        "usage": None,
        "user_id": None,
        "rated_number": None,
        "destination": None,
        "lines": [],
        "tariff": None,
        "entries": total.entries,
    }


def line_document(line: StatementLine) -> Document:
    """Give a line's document."""
    price = line.price_per_minute_micros
    return {
        "from_s": line.from_s,
        "to_s": line.to_s,
        "price_per_minute": None if price is None else format_micros(price),
        "billable_s": line.billable_s,
        "allowance_s": line.allowance_s,
        "amount": format_micros(line.amount_micros),
    }


def _of_legs(parts: tuple[Part, ...]) -> list[Document]:
    """List the lines of a conference's legs; a leg that costs nothing has one that says so."""
    nothing = StatementLine(0, 0, None, 0, 0, 0)
    return [
        line_document(line) | _leg(part)
        for part in parts
        for line in part.lines or (nothing._replace(to_s=part.duration_s),)
    ]


def _leg(part: Part) -> Document:
    return {
        "leg_id": part.leg_id,
        "started_at": rfc3339(part.started_s),
        "duration_s": part.duration_s,
        "service": part.service,
        "number_type": part.number_type,
        "rated_number": part.number,
        "destination": part.destination,
        "tariff": _tariff((part,)),
    }


def _tariff(parts: tuple[Part, ...]) -> Document | None:
    """Say why that price; None for what differs among legs stands in their lines."""
    deck, version = _shared([part.deck for part in parts]), _shared([part.version_id for part in parts])
    if deck is None and version is None:
        return None
    return {
        "deck": deck,
        "version": version,
        "prefix": _shared([part.prefix for part in parts]),
        "window": _shared([part.window for part in parts]),
    }


def _shared(values: list[Any]) -> Any:  # noqa: ANN401 -- whatever the parts have in common
    return values[0] if len(set(values)) == 1 else None


def _revises(stated: StatementEntry) -> Document | None:
    if stated.usage is None or not stated.revision:
        return None
    return {"source": stated.usage.source, "id": stated.usage.event_id, "revision": stated.revision}


def _own_id(stated: StatementEntry, kinds: Iterable[int]) -> str | None:
    return stated.own_id or None if stated.entry.kind in kinds else None


def _lot(lot: LotName) -> Document:
    return {
        "lot": lot.number,
        "kind": lot.kind,
        "payment_id": lot.payment_id or None,
        "recharge_id": lot.recharge_id or None,
    }
