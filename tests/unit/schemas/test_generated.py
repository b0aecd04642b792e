import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.catalogue import CONTRACTS
from schemas.generate import FOLDER, differences, generated, write
from tests.unit.schemas.wire import TYPES


def test_the_committed_files_are_what_the_types_generate() -> None:
    assert differences(FOLDER) == [], "run `python -m schemas.generate`"


def test_generating_twice_gives_the_same_files(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path)
    assert differences(tmp_path) == []
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == len(CONTRACTS) + 1


def test_a_file_that_is_stale_missing_or_left_over_is_named_and_mended(tmp_path: Path) -> None:
    write(tmp_path)
    stale, missing, left_over = (
        tmp_path / "json" / f"talktime.{name}.v1.schema.json"
        for name in ("usage.call", "account.state", "old")
    )
    stale.write_text("{}")
    missing.unlink()
    left_over.write_text("{}")
    assert differences(tmp_path) == sorted(f"json/{path.name}" for path in (stale, missing, left_over))
    write(tmp_path)
    assert differences(tmp_path) == []


@pytest.mark.parametrize("event_type", TYPES)
def test_each_schema_is_one_and_names_its_event(event_type: str) -> None:
    schema = json.loads(generated()[f"json/{event_type}.schema.json"])
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:talktime:{event_type}"
    assert schema["properties"]["type"]["const"] == event_type
    assert CONTRACTS[event_type].data_type.__name__ in schema["$defs"]


@pytest.mark.parametrize("event_type", TYPES)
def test_every_record_and_field_is_described_unless_it_is_a_record_or_a_choice_of_words(
    event_type: str,
) -> None:
    schema = json.loads(generated()[f"json/{event_type}.schema.json"])
    speaks = {"description", "$ref", "anyOf", "const", "enum"}
    for name, record in schema["$defs"].items():
        assert record["description"], name
        for field, about in record["properties"].items():
            assert speaks & about.keys(), f"{name}.{field}"


def test_docstrings_of_fields_reach_their_readers_inherited_ones_too() -> None:
    schemas = {name: json.loads(text) for name, text in generated().items() if name.startswith("json/")}
    properties: dict[str, Any] = schemas["json/talktime.usage.call.v1.schema.json"]["$defs"]["CallData"][
        "properties"
    ]
    assert properties["duration_s"]["description"].startswith("Whole seconds from answer to end")
    assert properties["user_id"]["description"].startswith("Whose call it was")
    published = schemas["json/talktime.balance.low.v1.schema.json"]["properties"]
    assert published["sequence"]["description"].startswith("Rises with every event")
    assert published["time"]["description"] == "When it became true."
