"""JSON lines: data becomes an event whose id is stable, events pass as they are."""

import json
from typing import Any
from uuid import UUID

import pytest

from worker.adapters.formats import FORMATS
from worker.adapters.mapping import FileMapping
from worker.adapters.outcome import Event, Outcome, Rejected

CALL = {
    "tenant_id": "acme",
    "service": "outbound",
    "rated_number": "+442079460000",
    "number_type": "toll",
    "started_at": "2026-01-31T23:59:59Z",
    "duration_s": 61,
}
LEG = {key: value for key, value in CALL.items() if key != "tenant_id"} | {
    "leg_id": "1",
    "service": "dial_in",
}
CONFERENCE = {"tenant_id": "acme", "conference_id": "7", "organizer_id": "o", "legs": [LEG]}
NOTHING_SAID = FileMapping()


def read(text: str, mapping: FileMapping = NOTHING_SAID) -> list[tuple[int, Outcome]]:
    lines = iter(list(enumerate(text.split("\n"), start=1)))
    return list(FORMATS["jsonl"].read(lines, mapping))


def events(text: str, mapping: FileMapping = NOTHING_SAID) -> list[dict[str, Any]]:
    found = [outcome for _, outcome in read(text, mapping)]
    return [json.loads(outcome.value) for outcome in found if isinstance(outcome, Event)]


def test_the_data_of_a_call_and_of_a_conference_become_events() -> None:
    call, conference = events(json.dumps(CALL) + "\n\n" + json.dumps(CONFERENCE))
    assert call["type"] == "talktime.usage.call.v1"
    assert call["data"] == CALL
    assert conference["type"] == "talktime.usage.conference.v1"
    assert conference["data"] == CONFERENCE
    assert {call["source"], conference["source"]} == {"jsonl"}


def test_ids_are_those_of_the_line_and_its_occurrence() -> None:
    line, other = json.dumps(CALL), json.dumps(CALL | {"duration_s": 62})
    ids = [event["id"] for event in events(f"{line}\n{other}\n{line}")]
    assert len(set(ids)) == 3
    assert all(str(UUID(event_id)) == event_id for event_id in ids)
    # An overlapping file, saved elsewhere, has the same calls.
    assert [event["id"] for event in events(f"{line}\r\n  {line}")] == [ids[0], ids[2]]


def test_ids_never_change_from_one_release_to_the_next() -> None:
    assert [event["id"] for event in events(json.dumps(CALL))] == ["9c547eb9-d6c6-5640-b3f5-4a3f9870691d"]


def test_a_whole_event_passes_byte_for_byte() -> None:
    line = '{"specversion": "1.0", "id": 1, "data": {"tenant_id": "acme", "x": 1.50}}'
    assert read(line) == [(1, Event(b"acme", line.encode()))]


@pytest.mark.parametrize("document", [{"specversion": "1.0"}, {"specversion": 2, "data": []}])
def test_an_event_without_a_tenant_passes_for_the_worker_to_judge(document: dict[str, Any]) -> None:
    line = json.dumps(document)
    assert read(line) == [(1, Event(None, line.encode()))]


def test_a_tenant_that_the_line_does_not_name_is_the_one_that_was_said() -> None:
    line = json.dumps({key: value for key, value in CALL.items() if key != "tenant_id"})
    ((_, outcome),) = read(line, FileMapping(tenant="contoso"))
    assert isinstance(outcome, Event)
    assert outcome.key == b"contoso"
    assert json.loads(outcome.value)["data"]["tenant_id"] == "contoso"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(json.dumps(CALL | {"duration_s": -1}), "duration_s: ", id="a negative duration"),
        pytest.param(json.dumps(CALL | {"duration_s": True}), "duration_s: ", id="true as a duration"),
        pytest.param(json.dumps(CALL | {"rated_number": "+12"}), "has 7 to 15 digits", id="too few digits"),
        pytest.param(
            json.dumps(CALL | {"started_at": "2026-02-30T00:00:00Z"}), "started_at: ", id="no such day"
        ),
        pytest.param(json.dumps(CALL | {"service": "dial_in"}), "service: ", id="a leg's service"),
        pytest.param(
            json.dumps(CONFERENCE | {"legs": [LEG, LEG]}), "the same leg stands twice", id="a leg twice"
        ),
        pytest.param("nonsense", "is not JSON", id="text"),
        pytest.param('{"rated_number": NaN, "tenant_id": "a"}', "is not JSON", id="NaN"),
        pytest.param('{"x": ' + "1" * 5000 + "}", "is not JSON", id="a number of 5,000 digits"),
        pytest.param("[" * 100_000, "is not JSON", id="nested without end"),
        pytest.param("[1]", "is not a JSON object", id="a list"),
        pytest.param("1", "is not a JSON object", id="a number"),
        pytest.param('{"usage": {}}', "is neither a call", id="neither a call nor a conference"),
        pytest.param('{"rated_number": "1"}', "names no tenant_id", id="no tenant"),
        pytest.param(
            '{"rated_number": "1", "tenant_id": 7}', "tenant_id: 1-128 characters", id="a tenant by number"
        ),
        pytest.param(
            '{"rated_number": "1", "tenant_id": "a\\u0000"}',
            "tenant_id: 1-128 characters",
            id="a tenant with NUL",
        ),
        pytest.param(
            '{"rated_number": "1", "tenant_id": "a", "x": "\\ud800"}',
            "half of a character pair",
            id="half a pair",
        ),
        pytest.param(
            json.dumps(CALL | {"note": "é" * 600_000}, ensure_ascii=False),
            "more than 1048576 bytes",
            id="an event too large",
        ),
    ],
)
def test_a_line_that_is_no_usage_is_rejected_beside_its_neighbours(line: str, reason: str) -> None:
    (_, first), (number, outcome), (_, last) = read(f"{json.dumps(CALL)}\n{line}\n{json.dumps(CONFERENCE)}")
    assert isinstance(first, Event)
    assert number == 2
    assert isinstance(outcome, Rejected)
    assert reason in outcome.reason
    assert isinstance(last, Event)


def test_a_line_of_another_tenant_than_the_one_said_is_rejected() -> None:
    assert read(json.dumps(CALL), FileMapping(tenant="contoso")) == [
        (1, Rejected("names another tenant than contoso, which --tenant or the mapping names"))
    ]


def test_lines_that_are_no_text_are_rejected_where_they_stand() -> None:
    flaw = Rejected("is not UTF-8")
    assert list(FORMATS["jsonl"].read(iter([(1, flaw)]), NOTHING_SAID)) == [(1, flaw)]
