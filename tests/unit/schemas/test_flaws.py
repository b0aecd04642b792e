import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import fields
from schemas.catalogue import CONTRACTS
from schemas.contract import attributes
from schemas.flaws import Flaw, describe
from tests.unit.schemas.wire import CALL, CONFERENCE, TYPES, example, paths, spoiled

SECRET: Final = "\x00+4930 1234567"


def flaw_of(event_type: str, document: object, within: str = "") -> Flaw:
    contract = CONTRACTS[event_type]
    read = contract.read_data if within else contract.read_event
    with pytest.raises(ValidationError) as refused:
        read(json.dumps(document).encode())
    return describe(refused.value, within)


def test_a_flaw_names_the_field_by_its_path() -> None:
    assert flaw_of(CALL, spoiled(CALL, ("data", "duration_s"), "61")) == (
        "data.duration_s",
        "int_type",
        "Input should be a valid integer",
    )
    assert (
        flaw_of(CONFERENCE, spoiled(CONFERENCE, ("data", "legs", 1, "service"), "x")).field
        == "data.legs.1.service"
    )


def test_the_path_is_the_same_when_the_data_is_checked_alone() -> None:
    data: dict[str, Any] = spoiled(CALL, ("data", "started_at"), "yesterday")["data"]
    assert flaw_of(CALL, data, within="data").field == "data.started_at"
    assert flaw_of(CALL, [], within="data").field == "data"


def test_a_path_does_not_tell_which_form_of_a_correction_was_tried() -> None:
    event_type = "talktime.usage.corrected.v1"
    assert flaw_of(event_type, spoiled(event_type, ("data", "corrected"), 5)).field == "data.corrected"
    broken = spoiled(event_type, ("data", "corrected"), {"legs": [{"duration_s": True}], "conference_id": 1})
    assert flaw_of(event_type, broken).field == "data.corrected.conference_id"


def test_a_refused_pattern_is_explained_in_words() -> None:
    flaw = flaw_of(CALL, spoiled(CALL, ("data", "started_at"), "2026-03-02T10:12:00"))
    assert flaw.detail == "Text should be an RFC 3339 time with its offset, such as 2026-03-02T10:15:30Z"


def test_every_pattern_has_its_words() -> None:
    patterns = {value for value in vars(fields).values() if isinstance(value, str) and value.startswith("^")}
    assert patterns == fields.MEANINGS.keys()


@given(data=st.data(), event_type=st.sampled_from(TYPES))
def test_no_error_quotes_what_it_refuses(data: st.DataObject, event_type: str) -> None:
    document = example(event_type)
    wrong: object = data.draw(st.sampled_from([SECRET, [SECRET], {SECRET: SECRET}]))
    value = json.dumps(spoiled(event_type, data.draw(st.sampled_from(list(paths(document)))), wrong)).encode()
    for tried in (CONTRACTS[event_type].read_event, attributes().validate_json):
        try:
            tried(value)
        except ValidationError as refused:
            told = str(refused) + str(describe(refused))
            assert "4930" not in told
            assert "1234567" not in told


def test_data_alone_and_rules_quote_nothing_either() -> None:
    event_type = "talktime.account.auto_recharge_set.v1"
    data = example(event_type)["data"]
    for broken in (data | {"target": "4930"}, data | {"trigger": SECRET}, data | {"amount": 4930}):
        with pytest.raises(ValidationError) as refused:
            CONTRACTS[event_type].read_data(json.dumps(broken).encode())
        assert "4930" not in str(refused.value) + str(describe(refused.value))
