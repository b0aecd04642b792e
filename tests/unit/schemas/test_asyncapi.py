import json
import os
import shutil
import subprocess
from functools import cache
from typing import Any

import pytest
import yaml

from schemas.asyncapi import document
from schemas.catalogue import CONTRACTS, TOPICS
from schemas.generate import EXAMPLES, FOLDER
from tests.unit.schemas.wire import TYPES, WireValidator, paths

PARSE = """
const { Parser, fromFile } = require('@asyncapi/parser');
fromFile(new Parser(), process.argv[1]).parse().then(({ document, diagnostics }) => {
    const errors = diagnostics.filter(({ severity }) => severity === 0);
    console.log(JSON.stringify({ parsed: !!document, errors: errors.map(({ message }) => message) }));
});
"""


@cache
def committed() -> dict[str, Any]:
    text: dict[str, Any] = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text())
    return text


def resolve(reference: str) -> dict[str, Any]:
    """Follow a reference of the document, into the JSON Schemas too."""
    file, _, pointer = reference.partition("#")
    place: Any = json.loads((FOLDER / file).read_text()) if file else committed()
    for step in pointer.split("/")[1:]:
        place = place[step]
    assert isinstance(place, dict)
    return place


def test_the_text_means_what_was_generated() -> None:
    assert committed() == document(EXAMPLES)


def test_every_reference_leads_somewhere() -> None:
    seen = [path for path in paths(committed()) if path[-1] == "$ref"]
    assert len(seen) > len(CONTRACTS)
    for path in seen:
        place: Any = committed()
        for step in path:
            place = place[step]
        assert resolve(place), place


def test_every_topic_is_a_channel_with_one_operation() -> None:
    channels, operations = committed()["channels"], committed()["operations"].values()
    assert {name: channel["address"] for name, channel in channels.items()} == {
        name: f"talktime.{name}" for name in TOPICS
    }
    assert {operation["channel"]["$ref"]: operation["action"] for operation in operations} == {
        f"#/channels/{name}": "receive" if topic.direction == "consumed" else "send"
        for name, topic in TOPICS.items()
    }


@pytest.mark.parametrize("event_type", TYPES)
def test_every_event_travels_on_its_topic_in_each_of_its_modes(event_type: str) -> None:
    contract = CONTRACTS[event_type]
    binary = f"{event_type}.binary"
    on_channel = committed()["channels"][contract.topic]["messages"]
    assert event_type in on_channel
    assert (binary in on_channel) == (contract.direction == "consumed")
    elsewhere = [
        name for name, channel in committed()["channels"].items() if event_type in channel["messages"]
    ]
    assert elsewhere == [contract.topic]


@pytest.mark.parametrize("name", sorted(committed()["components"]["messages"]))
def test_every_message_shows_an_example_that_keeps_its_payload_and_headers(name: str) -> None:
    message = committed()["components"]["messages"][name]
    (shown,) = message["examples"]
    file, _, pointer = message["payload"]["$ref"].partition("#")
    schema = json.loads((FOLDER / file).read_text())
    if pointer:
        schema = {"$ref": f"#{pointer}", "$defs": schema["$defs"]}
    WireValidator(schema).validate(shown["payload"])
    if "headers" in shown:
        WireValidator(resolve(message["traits"][0]["$ref"])["headers"]).validate(shown["headers"])


def test_the_parser_of_asyncapi_itself_has_no_complaint() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("left out: there is no node")
    found = subprocess.run(
        [node, "-e", "require.resolve('@asyncapi/parser')"], check=False, capture_output=True
    )
    if found.returncode:
        pytest.skip("left out: node does not find @asyncapi/parser (npm install it, set NODE_PATH)")
    command = [node, "-e", PARSE, str(FOLDER / "asyncapi.yaml")]
    ran = subprocess.run(
        command, check=True, capture_output=True, text=True, env=dict(os.environ), timeout=120
    )
    assert json.loads(ran.stdout) == {"parsed": True, "errors": []}
