"""A row of the PSTN usage report, and what the adapter makes of it."""

import csv
import io
import json
from typing import Any, Literal

from pydantic import TypeAdapter

from schemas.envelope import ConsumedEvent
from schemas.usage import CallData, ConferenceData
from worker.adapters.formats import FORMATS
from worker.adapters.mapping import FileMapping
from worker.adapters.outcome import Event, Outcome

# The columns of the export, in its order.
ROW = {
    "UsageId": "9c4984c7-6c3c-427d-a30c-bd0b2eacee90",
    "Call ID": "1835317186_112562680@192.0.2.176",
    "Conference ID": "",
    "User Location": "DE",
    "Microsoft Entra ObjectId": "db03c14b-06eb-4189-939b-7cbf3a20ba27",
    "UPN": "richard.malk@contoso.com",
    "User Display Name": "Richard Malk",
    "Caller ID": "+4989123456",
    "Call Type": "user_out",
    "Call Direction": "Outbound",
    "Number Type": "Subscriber",
    "Domestic/International": "International",
    "Destination Dialed": "United Kingdom",
    "Destination Number": "+442079460000",
    "External Country": "GB",
    "Start Time": "2026-01-31T23:59:59.9999999Z",
    "End Time": "2026-02-01T00:03:38.9999999Z",
    "Duration Seconds": "219",
    "Connection Fee": "0.00",
    "Charge": "0.42",
    "Currency": "EUR",
    "Capability": "MCOPSTNPP",
    "Operator": "Microsoft",
    "Source of Call Duration": "Microsoft",
    "Administrative Units": "",
}
GRAPH_NAMES = {
    "UsageId": "id",
    "Call ID": "callId",
    "Conference ID": "conferenceId",
    "User Location": "usageCountryCode",
    "Microsoft Entra ObjectId": "userId",
    "UPN": "userPrincipalName",
    "Call Type": "callType",
    "Number Type": "inventoryType",
    "Destination Number": "calleeNumber",
    "External Country": "otherPartyCountryCode",
    "Start Time": "startDateTime",
    "Duration Seconds": "duration",
    "Capability": "licenseCapability",
}
CONTOSO = FileMapping(tenant="contoso")
CALL = TypeAdapter(ConsumedEvent[Literal["talktime.usage.call.v1"], CallData])
CONFERENCE = TypeAdapter(ConsumedEvent[Literal["talktime.usage.conference.v1"], ConferenceData])


def write(*rows: dict[str, str], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def read(text: str, mapping: FileMapping = CONTOSO) -> list[tuple[int, Outcome]]:
    lines = iter(list(enumerate(text.splitlines(keepends=True), start=1)))
    return list(FORMATS["teams-pstn"].read(lines, mapping))


def read_one(mapping: FileMapping = CONTOSO, /, **cells: str) -> Outcome:
    named = {name.replace("_", " "): cell for name, cell in cells.items()}
    assert not named.keys() - ROW.keys()
    ((line, outcome),) = read(write(ROW | named), mapping)
    assert line == 2
    return outcome


def event(outcome: Outcome) -> dict[str, Any]:
    assert isinstance(outcome, Event), outcome
    document: dict[str, Any] = json.loads(outcome.value)
    contract = CONFERENCE if "legs" in document["data"] else CALL
    contract.validate_json(outcome.value, strict=True)
    return document


def data(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = event(outcome)["data"]
    return found
