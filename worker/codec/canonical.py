"""Canonical content: the decoded known fields of an event in one order, whatever its JSON looked like."""

from collections.abc import Iterator
from typing import Final

from worker.codec.fields import moment
from worker.domain.identity import CONTENT_VERSION, content_hash
from worker.domain.micros import parse_micros

TIMES: Final = frozenset({"started_at", "paid_at", "expires_at", "answer_by", "effective_from"})
DECIMALS: Final = frozenset({"amount", "trigger", "target", "monthly_cap", "credit_limit", "tax", "levels"})
NUMBERS: Final = frozenset({"rated_number"})


def event_hash(event_type: str, data: object) -> int:
    """Hash an event's content: UTC seconds, canonical decimals, legs by leg_id, no absent fields.

    Raises `FieldError` for a time that does not exist.
    """
    return content_hash([CONTENT_VERSION, event_type, *_parts("", "", data)])


def _parts(path: str, name: str, value: object) -> Iterator[str]:
    match value:
        case None:
            return
        case dict():
            for key in sorted(value):
                yield from _parts(f"{path}.{key}", key, value[key])
        case list():
            for position, one in enumerate(sorted(value, key=_leg_id)):
                yield from _parts(f"{path}.{position}", name, one)
        case str() if name in TIMES:
            yield f"{path}={moment(f'data{path}', value)}"
        case str() if name in DECIMALS:
            yield f"{path}={parse_micros(value)}"
        case str() if name in NUMBERS:
            yield f"{path}={value.lstrip('+')}"
        case _:
            yield f"{path}={value}"


def _leg_id(one: object) -> str:
    return str(one["leg_id"]) if isinstance(one, dict) and "leg_id" in one else ""
