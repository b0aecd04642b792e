"""YAML, as far as a generated document needs it: mappings, lists, and scalars in their JSON form.

YAML reads JSON, and a quoted string is never taken for a number, a date or a truth.
"""

import json
from collections.abc import Iterator


def to_yaml(value: dict[str, object]) -> str:
    """Write a document; the same value always gives the same text."""
    return "".join(f"{line}\n" for line in _lines(value, ""))


def _lines(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _entry(f"{indent}{json.dumps(key)}:", inner, f"{indent}  ")
    elif isinstance(value, list) and value:
        for inner in value:
            first, *rest = _lines(inner, f"{indent}  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
    else:
        yield f"{indent}{json.dumps(value, ensure_ascii=False)}"


def _entry(key: str, inner: object, indent: str) -> Iterator[str]:
    if isinstance(inner, dict | list) and inner:
        yield key
        yield from _lines(inner, indent)
    else:
        yield f"{key} {json.dumps(inner, ensure_ascii=False)}"
