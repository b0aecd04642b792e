import base64
import json
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.catalogue import CONTRACTS
from schemas.flaws import describe
from schemas.generate import EXAMPLES
from tests.unit.schemas.wire import CALL, TYPES, example, schema, validator


def test_every_event_has_a_worked_example_and_no_other_file_lies_there() -> None:
    assert sorted(path.name for path in EXAMPLES.iterdir()) == [f"{event_type}.json" for event_type in TYPES]


@pytest.mark.parametrize("event_type", TYPES)
def test_the_worker_and_any_other_program_accept_the_example(event_type: str) -> None:
    document = example(event_type)
    contract = CONTRACTS[event_type]
    read = contract.read_event(json.dumps(document).encode())
    assert read["data"] == contract.read_data(json.dumps(document["data"]).encode()) == document["data"]
    validator(event_type).validate(document)


@pytest.mark.parametrize("event_type", TYPES)
def test_an_example_shows_only_fields_that_exist(event_type: str) -> None:
    data = schema(event_type)["$defs"][CONTRACTS[event_type].data_type.__name__]["properties"]
    attributes = {*schema(event_type)["properties"], "datacontenttype"}
    document = example(event_type)
    assert document.keys() <= attributes
    assert document["data"].keys() <= data.keys()


def test_the_rejected_record_of_the_example_really_is_rejected_so() -> None:
    data: dict[str, Any] = example("talktime.record.rejected.v1")["data"]
    value = base64.b64decode(data["value_base64"])
    assert len(value) == data["value_bytes"]
    with pytest.raises(ValidationError) as refused:
        CONTRACTS[CALL].read_event(value)
    flaw = describe(refused.value)
    assert (flaw.field, flaw.detail) == (data["field"], data["detail"])
