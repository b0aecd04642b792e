"""AsyncAPI: which events go over which topic and how, for people and for generators of clients."""

import json
from pathlib import Path
from typing import Any, Final

from schemas.catalogue import CONTRACTS, TOPICS, Topic
from schemas.contract import Contract

STRUCTURED: Final = "application/cloudevents+json"
BINARY: Final = "application/json"

INFO: Final = {
    "title": "Talktime",
    "version": "1.0.0",
    "description": (
        "Meters prepaid telephone credit: reads finished calls, account settings and payment results; writes"
        " recharge requests, account states, notices and dead letters.\n\n"
        "Every message is a CloudEvent 1.0. Both content modes of the Kafka binding are read, told apart by"
        " the record's `content-type` header: structured (`application/cloudevents+json`, the whole event in"
        " the value) and binary (`application/json`, the data in the value, the attributes in `ce_` headers)."
        " Batches are refused. Everything is written in structured mode.\n\n"
        "Unknown fields are ignored, and null means absent wherever a field is optional. Money is a decimal"
        " string in units of its currency, times are RFC 3339 with an offset, durations whole seconds. A"
        " record is at most 1 MiB and nests at most 16 deep.\n\n"
        "Identity of an event is its tenant, source and id. Whatever is written comes at least once and, for"
        " a tenant, with a rising `sequence`: ignore what is lower than the highest one seen.\n\n"
        "Topic names are settings; these are the defaults."
    ),
    "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
}

KEY: Final = {
    "type": "string",
    "description": (
        "The tenant id in UTF-8. It spreads load and keeps a tenant's events in order; it is never trusted."
    ),
}


def document(examples: Path) -> dict[str, Any]:
    """Describe all topics; each message refers to its JSON Schema and shows its worked example."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:talktime",
        "info": INFO,
        "defaultContentType": STRUCTURED,
        "channels": {name: _channel(name, topic) for name, topic in TOPICS.items()},
        "operations": {f"{_verb(topic)}-{name}": _operation(name, topic) for name, topic in TOPICS.items()},
        "components": {
            "messages": {
                name: message
                for contract in CONTRACTS.values()
                for name, message in _messages(contract, examples).items()
            },
            "messageTraits": {"structured": _structured_trait(), "binary": _binary_trait()},
        },
    }


def _channel(name: str, topic: Topic) -> dict[str, Any]:
    return {
        "address": f"talktime.{name}",
        "description": topic.about,
        "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in _names_on(name)},
    }


def _operation(name: str, topic: Topic) -> dict[str, Any]:
    return {
        "action": _verb(topic),
        "summary": f"Talktime {'reads' if topic.direction == 'consumed' else 'writes'}: {topic.about}",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{message}"} for message in _names_on(name)],
    }


def _verb(topic: Topic) -> str:
    return "receive" if topic.direction == "consumed" else "send"


def _names_on(topic: str) -> list[str]:
    return [name for contract in CONTRACTS.values() if contract.topic == topic for name in _names(contract)]


def _names(contract: Contract) -> list[str]:
    """Name the messages of an event: one for each mode in which it travels."""
    return [contract.event_type, f"{contract.event_type}.binary"][: 1 + (contract.direction == "consumed")]


def _messages(contract: Contract, examples: Path) -> dict[str, Any]:
    schema = f"./json/{contract.event_type}.schema.json"
    about = (contract.data_type.__doc__ or "").partition("\n")[0]
    example = json.loads((examples / f"{contract.event_type}.json").read_text())
    structured = {
        "name": contract.event_type,
        "title": contract.event_type,
        "summary": about,
        "contentType": STRUCTURED,
        "traits": [{"$ref": "#/components/messageTraits/structured"}],
        "payload": {"$ref": schema},
        "examples": [{"payload": example}],
    }
    binary = structured | {
        "title": f"{contract.event_type} in binary mode",
        "contentType": BINARY,
        "traits": [{"$ref": "#/components/messageTraits/binary"}],
        "payload": {"$ref": f"{schema}#/$defs/{contract.data_type.__name__}"},
        "examples": [{"headers": _headers(example), "payload": example["data"]}],
    }
    return dict(zip(_names(contract), (structured, binary), strict=False))


def _headers(example: dict[str, str]) -> dict[str, str]:
    attributes = {name: value for name, value in example.items() if name not in {"data", "datacontenttype"}}
    return {"content-type": BINARY} | {f"ce_{name}": value for name, value in attributes.items()}


def _structured_trait() -> dict[str, Any]:
    headers = {"content-type": {"type": "string", "pattern": rf"^{STRUCTURED.replace('+', '[+]')}\s*(;|$)"}}
    return _trait(headers, ["content-type"])


def _binary_trait() -> dict[str, Any]:
    attributes = {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "minLength": 1, "maxLength": 256},
        "ce_source": {"type": "string", "minLength": 1, "maxLength": 256},
        "ce_type": {"type": "string", "description": "The contract that the value keeps."},
    }
    headers = {
        "content-type": {"type": "string", "pattern": rf"^{BINARY}\s*(;|$)"},
        **attributes,
        "ce_time": {"type": "string", "format": "date-time"},
    }
    return _trait(headers, ["content-type", *attributes])


def _trait(headers: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "headers": {"type": "object", "properties": headers, "required": required},
        "bindings": {"kafka": {"key": KEY, "bindingVersion": "0.5.0"}},
    }
