"""Complaints: what is wrong with a setting, in one line that names it and what is allowed."""

from collections.abc import Iterator
from typing import Final, Literal, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from worker.settings.kinds import Allowed
from worker.settings.model import SECRETS, Knob, knobs

SHOWN_CHARACTERS: Final = 60
HIDDEN: Final = "****"


class SettingsError(Exception):
    """Settings that cannot work: `lines` has one complaint for each."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def complaints(error: ValidationError) -> Iterator[str]:
    """Turn pydantic's findings into lines about variables."""
    by_name = {knob.name: knob for knob in knobs()}
    seen: set[str] = set()
    for found in error.errors(include_url=False):
        name = ".".join(str(part) for part in found["loc"][:2])
        knob = by_name.get(name)
        if name in seen:
            continue  # The parts of one list.
        seen.add(name)
        if knob is not None:
            shown = masked(name, found["input"])
            yield f"{knob.variable}: {shown!r} is not allowed; allowed: {allowed(knob)}"
        elif "error" in (context := found.get("ctx", {})):
            yield from str(context["error"]).splitlines()
        else:
            yield f"{name}: there is no such setting"


def masked(name: str, value: object) -> str:
    """Write a value so that it can be shown: no secret, and of an address with a password all but that."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else _text(value)
    if name not in SECRETS or not text:
        return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."
    if name != "postgres.dsn":
        return HIDDEN
    return _without_password(text)


def allowed(knob: Knob) -> str:
    """Say in words what a knob takes."""
    for fact in knob.field.metadata:
        if isinstance(fact, Allowed):
            return fact.words
    kind: object = knob.field.annotation
    for option in get_args(kind):
        for fact in getattr(option, "__metadata__", ()):
            if isinstance(fact, Allowed):
                return fact.words
    if get_origin(kind) is Literal:
        return ", ".join(str(choice) for choice in get_args(kind))
    if kind is bool:
        return "true, false"
    return ("a whole number" if kind is int else "a number") + _bounds(knob)


def _bounds(knob: Knob) -> str:
    words = {"ge": "from", "gt": "above", "le": "up to"}
    return "".join(
        f" {word} {getattr(fact, bound)}"
        for fact in knob.field.metadata
        for bound, word in words.items()
        if hasattr(fact, bound)
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ",".join(_text(part) for part in value)
    return "" if value is None else str(value)


def _without_password(dsn: str) -> str:
    try:
        parts = urlsplit(dsn)
    except ValueError:
        return HIDDEN
    if parts.scheme not in {"postgres", "postgresql"} or "password" in parts.query:
        return HIDDEN
    user, at, place = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return parts._replace(netloc=f"{name}{colon}{HIDDEN if colon else ''}{at}{place}").geturl()
