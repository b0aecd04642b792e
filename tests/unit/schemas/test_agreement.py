"""What the worker refuses, any other program refuses by the JSON Schema alone, and the other way round."""

import json
from typing import Any, Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.catalogue import CONTRACTS
from tests.unit.schemas.hostile import DURATIONS, MONEY, NUMBERS, PLACES, TEXTS, TIMES
from tests.unit.schemas.wire import (
    CALL,
    GONE,
    TYPES,
    Path,
    WireValidator,
    example,
    paths,
    schema,
    spoiled,
    validator,
)

POOL: Final = [
    *(value for values in (TEXTS, TIMES, DURATIONS, NUMBERS, MONEY) for value in values.values()),
    *("acme", "none", "toll", "EUR", "purchase", "2026-03-02T10:12:00Z", "12.5", "-12.5", "+49301234567"),
    *([], ["toll"], {}, [{}], 0, 1, 60, 2**31, False, "x" * 129, "x" * 257, "x" * 2_049),
]


def worker_accepts(event_type: str, document: object) -> bool:
    """Check a document that was parsed already: bytes are another test's business."""
    try:
        CONTRACTS[event_type].envelope.validate_python(document)
    except ValidationError:
        return False
    return True


def without_number_lengths(event_type: str) -> dict[str, Any]:
    """Drop what the types leave to whoever reads the event: how long a number of each type is."""
    copied: dict[str, Any] = json.loads(json.dumps(schema(event_type)))
    for name in ("CallData", "CorrectedCall", "LegData"):
        copied["$defs"].get(name, {}).pop("allOf", None)
    return copied


@settings(max_examples=600, deadline=None)
@given(data=st.data(), event_type=st.sampled_from(TYPES))
def test_both_accept_and_refuse_the_same(data: st.DataObject, event_type: str) -> None:
    places = list(paths(example(event_type)))
    path = data.draw(st.sampled_from(places))
    value = data.draw(st.sampled_from([GONE, *POOL]) | st.text(max_size=20) | st.integers())
    # JSON Schema cannot compare two fields.
    assume(
        path not in {("data", "tenant_id"), ("data", "corrected", "tenant_id")}
        or "corrected" not in event_type
    )
    document = spoiled(event_type, path, value)
    other = WireValidator(without_number_lengths(event_type)).is_valid(document)
    assert worker_accepts(event_type, document) == other


@pytest.mark.parametrize(
    ("event", "path", "value"),
    [
        pytest.param(event, path, value, id=f"{event} {path[-1]}: {name}")
        for event, path, values, _ in PLACES
        for name, value in values.items()
        if name != "another tenant"
    ],
)
def test_the_json_schema_refuses_what_is_hostile(event: str, path: Path, value: object) -> None:
    event_type = f"talktime.{event}.v1"
    assert not validator(event_type).is_valid(spoiled(event_type, path, value))


@pytest.mark.parametrize(
    ("number_type", "number", "fits"),
    [
        ("toll", "1234567", True),
        ("toll", "123456", False),
        ("toll", "+123456", False),
        ("toll", "1234***", True),
        ("toll", "123***", False),
        ("toll_free", "123456789012345", True),
        ("toll_free", "123456", False),
        ("toll_free", "1234567890123456", False),
        ("short_code", "9", True),
        ("short_code", "1234567890123***", False),
        ("emergency", "112", True),
    ],
)
def test_the_json_schema_says_how_long_numbers_are(number_type: str, number: str, fits: bool) -> None:
    document = example(CALL)
    document["data"] |= {"number_type": number_type, "rated_number": number}
    assert validator(CALL).is_valid(document) == fits
