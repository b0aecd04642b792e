"""The Microsoft Teams PSTN usage report: the admin centre's export, or Graph's rows under its names.

Columns, call types and masking follow Microsoft's description of the report and of Graph's pstnCallLogRow.
"""

import re
from typing import Any, Final

from worker.adapters.call_times import read_time
from worker.adapters.cloud_event import CALL, CONFERENCE, call_data, cloud_event, conference_data, leg_data
from worker.adapters.mapping import SKIP, TENANT_RULE, FileMapping, is_tenant
from worker.adapters.numbering import TOLL, TOLL_FREE, Number, read_number
from worker.adapters.outcome import Outcome, Rejected, Skipped, show
from worker.adapters.teams_columns import Row

SOURCE: Final = "teams-pstn"
SUFFIXES: Final = (".csv",)

# Whoever adds people to a call by phone makes calls; only the bridge makes conferences.
SERVICES: Final = {
    "user_in": "inbound",
    "user_out": "outbound",
    "user_out_conf": "outbound",
    "user_out_transfer": "outbound",
    "user_out_forwarding": "outbound",
    "unassigned_in": "inbound",
    "emergency_in": "inbound",
    "emergency_out": "outbound",
    "fmc_in": "inbound",
    "fmc_out": "outbound",
    "ucap_in": "inbound",
    "ucap_out": "outbound",
    "ucap_out_conf": "outbound",
    "conf_in": "dial_in",
    "conf_out": "dial_out",
}
EMERGENCY_TYPES: Final = frozenset({"emergency_in", "emergency_out"})
DIRECT_ROUTING: Final = ("dr_", "byot")

CALL_SERVICES: Final = frozenset({"outbound", "inbound"})
OUTGOING_SERVICES: Final = frozenset({"outbound", "dial_out"})

# What the report calls a tenant's own number that costs nothing to receive calls at.
TOLL_TYPES: Final = frozenset({"subscriber", "user", "service", "toll", "tollservice", "servicetoll"})

# Microsoft could not price the call, so it charged nobody.
FREE_CAPABILITY: Final = "FREECALL"

MAX_DURATION_S: Final = 604_800
MAX_TEXT_CHARACTERS: Final = 256

_DURATION: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
# A formula, a number that a spreadsheet has rounded, a control character.
_UNUSABLE: Final = re.compile(
    r"=.*|[0-9]+[.,]?[0-9]*[eE][+-]?[0-9]+|.*[\0-\x1f\x7f-\x9f].*", re.ASCII | re.DOTALL
)
_ORIGIN: Final = re.compile(r"[A-Za-z0-9-]{1,16}", re.ASCII)
_CALL_TYPE: Final = re.compile(r"[A-Za-z_]{1,32}", re.ASCII)


def read_row(row: Row, mapping: FileMapping) -> Outcome:
    """Turn one row into an event of its own, whose id is its UsageId."""
    service = _service(row["Call Type"], mapping)
    if not isinstance(service, str):
        return service
    if not _DURATION.fullmatch(row["Duration Seconds"]):
        return Rejected(f"Duration Seconds {show(row['Duration Seconds'])} is not a whole number of seconds")
    duration_s = int(row["Duration Seconds"])
    if duration_s == 0:
        return Skipped("unanswered: it lasted 0 s")
    if row["Capability"].upper() == FREE_CAPABILITY:
        return Skipped("free: Microsoft charged nobody for it (FREECALL)")
    if duration_s > MAX_DURATION_S:
        return Rejected(f"Duration Seconds: more than {MAX_DURATION_S}, which is seven days")
    return _event(row, mapping, service, duration_s)


def _service(call_type: str, mapping: FileMapping) -> str | Skipped | Rejected:
    name = call_type.casefold()
    service = mapping.call_types.get(name) or SERVICES.get(name)
    if service == SKIP:
        return Skipped(f"call type {name}: the mapping skips it")
    if service is not None:
        return service
    if name.startswith(DIRECT_ROUTING):
        return Skipped("direct routing: the tenant's own carrier charges for it")
    shown = call_type if _CALL_TYPE.fullmatch(call_type) else show(call_type)
    return Rejected(f"Call Type {shown} is not known: name its service under [call_types] in the mapping")


def _event(row: Row, mapping: FileMapping, service: str, duration_s: int) -> Outcome:
    usage_id = _usage_id(row["UsageId"])
    if isinstance(usage_id, Rejected):
        return usage_id
    tenant_id = row[mapping.tenant_column] if mapping.tenant_column else mapping.tenant
    if not is_tenant(tenant_id):
        return Rejected(f"{mapping.tenant_column}: {TENANT_RULE}")
    leg = _leg(row, mapping, service, duration_s)
    if not isinstance(leg, dict):
        return leg
    user_id = _optional(row["Microsoft Entra ObjectId"]) or _optional(row["UPN"])
    if service in CALL_SERVICES:
        data = call_data(tenant_id, leg, user_id=user_id, call_id=_optional(row["Call ID"]))
        return cloud_event(SOURCE, usage_id, CALL, data)
    # The report names a conference's organizer as its user, whoever dialled.
    conference_id = _optional(row["Conference ID"])
    if not conference_id or not user_id:
        column = "Microsoft Entra ObjectId" if conference_id else "Conference ID"
        return Rejected(f"{column} is empty or unusable, but call type {row['Call Type']} is a conference's")
    data = conference_data(tenant_id, conference_id, user_id, [{"leg_id": usage_id, **leg}])
    return cloud_event(SOURCE, usage_id, CONFERENCE, data)


def _usage_id(text: str) -> str | Rejected:
    """Give the id of the row; a GUID's letters say the same in either case."""
    if _UUID.fullmatch(text):
        return text.lower()
    if not _optional(text):
        return Rejected(f"UsageId {show(text)} identifies nothing: without it a row could be charged twice")
    return text


def _leg(
    row: Row, mapping: FileMapping, service: str, duration_s: int
) -> dict[str, Any] | Skipped | Rejected:
    number = _number(row, mapping, service)
    if not isinstance(number, Number):
        return number
    started_s = read_time(row["Start Time"], mapping.timezone)
    if isinstance(started_s, Rejected):
        return Rejected(f"Start Time {started_s.reason}")
    # The caller of an outgoing call is the user, that of an incoming one the other party.
    origin = row["User Location"] if service in OUTGOING_SERVICES else row["External Country"]
    return leg_data(
        service=service,
        rated_number=number.digits,
        number_type=number.number_type,
        started_s=started_s,
        duration_s=duration_s,
        origin=origin if _ORIGIN.fullmatch(origin) else "",
    )


def _number(row: Row, mapping: FileMapping, service: str) -> Number | Skipped | Rejected:
    """Read the number that was dialled: the one called, or the tenant's own that somebody called."""
    emergency = row["Call Type"].casefold() in EMERGENCY_TYPES
    number = read_number(
        row["Destination Number"], mapping.numbering, mapping.number_types, emergency=emergency
    )
    if isinstance(number, Rejected):
        return Rejected(f"Destination Number {number.reason}")
    own_type = re.sub("[^a-z]", "", row["Number Type"].casefold())
    # The column speaks of the tenant's own number, and is silent about those the tenant calls.
    if isinstance(number, Skipped) or service in OUTGOING_SERVICES or emergency or not own_type:
        return number
    if "tollfree" in own_type:
        return number._replace(number_type=TOLL_FREE)
    if own_type in TOLL_TYPES:
        return number._replace(number_type=TOLL)
    if mapping.number_types.known(number.digits) is not None:
        return number
    return Rejected(
        f"Number Type {show(row['Number Type'])} is not known: give the number under [number_types]"
    )


def _optional(text: str) -> str:
    """Give a text that can be stored; an unusable one says as little as an empty one."""
    return "" if len(text) > MAX_TEXT_CHARACTERS or _UNUSABLE.fullmatch(text) else text
