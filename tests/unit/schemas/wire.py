"""The worked examples, and ways to spoil them."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator, TypeChecker
from jsonschema import ValidationError as SchemaError
from jsonschema.validators import extend

from schemas.catalogue import CONTRACTS
from schemas.generate import EXAMPLES, FOLDER

Path = tuple[str | int, ...]

TYPES: Final = sorted(CONTRACTS)
CALL: Final = "talktime.usage.call.v1"
CONFERENCE: Final = "talktime.usage.conference.v1"


class Gone:
    """Stands for a field that is left out."""

    def __repr__(self) -> str:
        return "nothing"


GONE: Final = Gone()


def example(event_type: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EXAMPLES / f"{event_type}.json").read_text())
    return document


def spoiled(event_type: str, path: Path, value: object) -> dict[str, Any]:
    """Give the worked example with one value in another's place, or with none there."""
    document = example(event_type)
    *way, last = path
    place: Any = document
    for step in way:
        place = place[step]
    if value is GONE:
        del place[last]
    else:
        place[last] = copy.deepcopy(value)
    return document


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """List every place of a document below its root."""
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, step)
            yield from paths(inner, (*path, step))


def _pattern(_: object, pattern: str, text: object, __: object) -> Iterator[SchemaError]:
    # ECMAScript's $ is the end of the text; Python's also stands before a last newline.
    if isinstance(text, str) and not re.search(pattern.replace("$", r"\Z"), text):
        yield SchemaError(f"does not match {pattern}")


def _integer(_: TypeChecker, value: object) -> bool:
    # JSON Schema takes 60.0 for an integer; the contracts want it written without a point.
    return isinstance(value, int) and not isinstance(value, bool)


_extend: Final[Callable[..., type[Draft202012Validator]]] = extend
WireValidator: Final = _extend(
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _integer),
)


@cache
def schema(event_type: str) -> dict[str, Any]:
    """Give the committed JSON Schema."""
    text: dict[str, Any] = json.loads((FOLDER / "json" / f"{event_type}.schema.json").read_text())
    return text


@cache
def validator(event_type: str) -> Draft202012Validator:
    """Check as another program would: by the committed JSON Schema alone."""
    return WireValidator(schema(event_type))
