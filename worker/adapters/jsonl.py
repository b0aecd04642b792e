"""JSON lines: each the data of a call or conference, or a whole CloudEvent that passes as it is."""

import json
from typing import Any, Final, NoReturn
from uuid import UUID, uuid5

from worker.adapters.cdr_file import NumberedLines
from worker.adapters.cloud_event import CALL, CONFERENCE, cloud_event
from worker.adapters.contract import Contract
from worker.adapters.mapping import TENANT_RULE, FileMapping, is_tenant
from worker.adapters.occurrences import Occurrences
from worker.adapters.outcome import Event, Outcome, Outcomes, Rejected

SOURCE: Final = "jsonl"
SUFFIXES: Final = (".jsonl", ".ndjson", ".json")

# The namespace of line ids: drawn once, and never changed, or every file could be charged again.
LINES: Final = UUID("5b0c1f0e-6a3e-4b57-9d63-0d6a2f8f4e21")


def read_jsonl(lines: NumberedLines, mapping: FileMapping) -> Outcomes:
    """Turn lines into events, in the order of the file; blank lines are nothing."""
    contract = Contract()
    with Occurrences() as occurrences:
        for number, line in lines:
            if isinstance(line, Rejected):
                yield number, line
            elif text := line.strip():
                yield number, _event(text, mapping, occurrences, contract)


def _event(text: str, mapping: FileMapping, occurrences: Occurrences, contract: Contract) -> Outcome:
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return Rejected("is not JSON")
    if not isinstance(document, dict):
        return Rejected("is not a JSON object")
    if "specversion" in document:
        return _whole_event(text, document)
    if "legs" not in document and "rated_number" not in document:
        return Rejected(
            "is neither a call (rated_number) nor a conference (legs) nor a CloudEvent (specversion)"
        )
    flaw = _name_tenant(document, mapping)
    if flaw is not None:
        return flaw
    event_type = CONFERENCE if "legs" in document else CALL
    event = cloud_event(SOURCE, _event_id(text, occurrences), event_type, document)
    return event if isinstance(event, Rejected) else contract.hold(event)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _whole_event(text: str, document: dict[str, Any]) -> Event:
    """Pass an event on byte for byte; whether it can be charged is for the worker to say."""
    data = document.get("data")
    tenant_id = data.get("tenant_id") if isinstance(data, dict) else None
    key = tenant_id.encode(errors="replace") if isinstance(tenant_id, str) else None
    return Event(key, text.encode())


def _name_tenant(document: dict[str, Any], mapping: FileMapping) -> Rejected | None:
    tenant_id = document.setdefault("tenant_id", mapping.tenant)
    if tenant_id == "":
        return Rejected("names no tenant_id, and neither --tenant nor the mapping does")
    if not isinstance(tenant_id, str) or not is_tenant(tenant_id):
        return Rejected(f"tenant_id: {TENANT_RULE}")
    if mapping.tenant and tenant_id != mapping.tenant:
        return Rejected(f"names another tenant than {mapping.tenant}, which --tenant or the mapping names")
    return None


def _event_id(text: str, occurrences: Occurrences) -> str:
    """Identify a line by its text and how often the file has had it: two equal calls are two."""
    return str(uuid5(LINES, f"{occurrences.count(text)} {text}"))
