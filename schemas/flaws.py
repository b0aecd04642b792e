"""Flaws: what is wrong with a record, as a field and a sentence.

The value is never told: it may be a phone number.
"""

from typing import NamedTuple

from pydantic import ValidationError

from schemas.fields import MEANINGS


class Flaw(NamedTuple):
    """The first thing that is wrong.

    `field` is a dotted path such as `data.legs.3.duration_s`, '' for the whole record; `kind` is pydantic's
    own word for it (`missing`, `json_invalid`, ...), by which callers may tell cases apart.
    """

    field: str
    kind: str
    detail: str


def describe(error: ValidationError, within: str = "") -> Flaw:
    """Say what is wrong first; `within` goes before the path (`data`, for data checked alone)."""
    first = error.errors(include_url=False, include_input=False)[0]
    # A step in brackets only says which of several forms was tried.
    steps = [str(step) for step in first["loc"] if not str(step).startswith("(")]
    path = ".".join([within, *steps] if within else steps)
    return Flaw(path, first["type"], _sentence(first["type"], first["msg"], first.get("ctx", {})))


def _sentence(kind: str, message: str, context: dict[str, object]) -> str:
    meaning = MEANINGS.get(str(context.get("pattern"))) if kind == "string_pattern_mismatch" else None
    return f"Text {meaning}" if meaning else message
