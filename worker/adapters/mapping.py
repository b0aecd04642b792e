"""Mappings: what a CDR file does not say about its calls, said once in a TOML file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from worker.adapters.numbering import NUMBER_TYPES, Numbering, NumberTypes

MAX_MAPPING_BYTES: Final = 1_048_576
MAX_TENANT_CHARACTERS: Final = 128
TENANT_RULE: Final = f"1-{MAX_TENANT_CHARACTERS} characters without controls are needed"
SERVICES: Final = frozenset({"outbound", "inbound", "dial_in", "dial_out"})
SKIP: Final = "skip"

_DIGITS: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")


class MappingError(Exception):
    """The mapping cannot be used; the message names the key and what is allowed."""


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What the file itself does not say; empty values say nothing either."""

    tenant: str = ""
    tenant_column: str = ""
    timezone: ZoneInfo | None = None
    contexts: Mapping[str, str] = field(default_factory=dict)
    call_types: Mapping[str, str] = field(default_factory=dict)
    numbering: Numbering = field(default_factory=Numbering)
    number_types: NumberTypes = field(default_factory=NumberTypes)


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping file; refuse whatever is not understood, for a key misspelt is a price gone wrong."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_MAPPING_BYTES + 1)
        return read_mapping(tomllib.loads(_decode(text)))
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MappingError(f"{path}: is not TOML: {error}") from error
    except MappingError as error:
        raise MappingError(f"{path}: {error}") from error


def _decode(text: bytes) -> str:
    if len(text) > MAX_MAPPING_BYTES:
        raise MappingError(f"is longer than {MAX_MAPPING_BYTES} bytes")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MappingError("is not UTF-8") from error


def override(mapping: FileMapping, tenant: str | None, timezone: str | None) -> FileMapping:
    """Let what was said on the command line win."""
    if tenant is not None:
        mapping = replace(mapping, tenant=check_tenant(tenant), tenant_column="")
    if timezone is not None:
        mapping = replace(mapping, timezone=_zone(timezone))
    return mapping


def read_mapping(document: Mapping[str, Any]) -> FileMapping:
    """Check a mapping that was read as TOML."""
    allowed = ("tenant", "timezone", "contexts", "call_types", "numbering", "number_types")
    _only(document, allowed, "")
    tenant, column = _tenant(document.get("tenant", ""))
    return FileMapping(
        tenant=tenant,
        tenant_column=column,
        timezone=_zone(_text(document, "timezone")) if "timezone" in document else None,
        contexts=_choices(document, "contexts", SERVICES),
        call_types={
            name.casefold(): service
            for name, service in _choices(document, "call_types", SERVICES | {SKIP}).items()
        },
        numbering=_numbering(_table(document, "numbering")),
        number_types=_number_types(_choices(document, "number_types", NUMBER_TYPES)),
    )


def check_tenant(tenant: str) -> str:
    """Give a tenant id back when it can be one."""
    if not is_tenant(tenant):
        raise MappingError(f"tenant: {TENANT_RULE}")
    return tenant


def is_tenant(text: str) -> bool:
    """Tell whether a text can be a tenant id."""
    return 1 <= len(text) <= MAX_TENANT_CHARACTERS and not _CONTROL.search(text)


def _tenant(value: object) -> tuple[str, str]:
    """Read a tenant's name, or `{ column = NAME }`: the name and the column."""
    if isinstance(value, str):
        return (check_tenant(value) if value else ""), ""
    if isinstance(value, dict) and set(value) == {"column"} and isinstance(value["column"], str):
        return "", value["column"]
    raise MappingError('tenant: a name, or { column = "its column" }, is needed')


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise MappingError(f"timezone: {name!r} is no IANA zone, such as Europe/Berlin") from error


def _numbering(table: Mapping[str, Any]) -> Numbering:
    allowed = ("country", "international", "national", "extension_digits", "plus_optional", "local")
    _only(table, allowed, "numbering.")
    extension_digits = table.get("extension_digits", 0)
    if type(extension_digits) is not int or not 0 <= extension_digits <= 15:  # noqa: PLR2004 - a number's longest.
        raise MappingError("numbering.extension_digits: a whole number from 0 to 15 is needed")
    plus_optional = table.get("plus_optional", False)
    if not isinstance(plus_optional, bool):
        raise MappingError("numbering.plus_optional: true or false is needed")
    return Numbering(
        country=_optional_digits(table, "country"),
        international=_optional_digits(table, "international"),
        national=_optional_digits(table, "national"),
        extension_digits=extension_digits,
        plus_optional=plus_optional,
        local={
            int(_digits(length, "numbering.local")): _digits(prefix, f"numbering.local.{length}")
            for length, prefix in _table(table, "local").items()
        },
    )


def _number_types(choices: Mapping[str, str]) -> NumberTypes:
    return NumberTypes(
        {_digits(prefix.removeprefix("+"), "number_types"): kind for prefix, kind in choices.items()}
    )


def _optional_digits(table: Mapping[str, Any], name: str) -> str:
    return "" if table.get(name, "") == "" else _digits(table[name], f"numbering.{name}")


def _digits(value: object, name: str) -> str:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return value
    raise MappingError(f"{name}: 1-15 digits in quotes are needed")


def _choices(document: Mapping[str, Any], name: str, allowed: frozenset[str]) -> Mapping[str, str]:
    table = _table(document, name)
    for key, value in table.items():
        if not isinstance(value, str) or value not in allowed:
            raise MappingError(f"{name}.{key}: one of {', '.join(sorted(allowed))} is needed")
    return table


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise MappingError(f"{name}: a table is needed")
    return table


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        raise MappingError(f"{name}: text in quotes is needed")
    return value


def _only(table: Mapping[str, Any], allowed: tuple[str, ...], path: str) -> None:
    for key in table:
        if key not in allowed:
            raise MappingError(f"{path}{key}: not known; allowed are {', '.join(allowed)}")
