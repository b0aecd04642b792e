"""Usage as a structured CloudEvent, the form in which everything of ours is published."""

import json
from typing import Any, Final

from worker.adapters.call_times import write_time
from worker.adapters.outcome import Event, Rejected

CALL: Final = "talktime.usage.call.v1"
CONFERENCE: Final = "talktime.usage.conference.v1"

MAX_EVENT_BYTES: Final = 1_048_576


def cloud_event(source: str, event_id: str, event_type: str, data: dict[str, Any]) -> Event | Rejected:
    """Wrap the data of a call or a conference; the same arguments always give the same bytes.

    There is no `time`: a file published twice must give the same event twice.
    """
    document = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": event_type,
        "datacontenttype": "application/json",
        "data": data,
    }
    try:
        value = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return Rejected("holds half of a character pair, which no database can store")
    if len(value) > MAX_EVENT_BYTES:
        return Rejected(f"would be an event of more than {MAX_EVENT_BYTES} bytes")
    return Event(data["tenant_id"].encode(), value)


def call_data(tenant_id: str, leg: dict[str, Any], *, user_id: str, call_id: str) -> dict[str, Any]:
    """Give a call's data; who else took part stays in the file, for it is nobody's business here."""
    data = {"tenant_id": tenant_id, **leg}
    if user_id:
        data["user_id"] = user_id
    if call_id:
        data["call_id"] = call_id
    return data


def conference_data(
    tenant_id: str, conference_id: str, organizer_id: str, legs: list[dict[str, Any]]
) -> dict[str, Any]:
    """Give the data of a conference, or of a part of it: each leg is published once."""
    return {
        "tenant_id": tenant_id,
        "conference_id": conference_id,
        "organizer_id": organizer_id,
        "legs": legs,
    }


def leg_data(
    *, service: str, rated_number: str, number_type: str, started_s: int, duration_s: int, origin: str
) -> dict[str, Any]:
    """Give what is priced, of a call as of a conference's leg."""
    data: dict[str, Any] = {
        "service": service,
        "rated_number": rated_number,
        "number_type": number_type,
        "started_at": write_time(started_s),
        "duration_s": duration_s,
    }
    if origin:
        data["origin"] = origin
    return data
