"""Usage events: checked data to `Usage`; the hottest lines of the codec."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.fields import NUMBER_LENGTHS
from worker.codec.envelope import refuse
from worker.codec.times import unix_seconds
from worker.domain.entry import USAGE_CALL, USAGE_CONFERENCE
from worker.domain.identity import CONTENT_VERSION, content_hash, hash_text, hashed_key, is_canonical_uuid
from worker.domain.rejection import Reason, Refused
from worker.domain.usage import Leg, Usage

CALL: Final = f"{CONTENT_VERSION}\x1fcall"
CONFERENCE: Final = f"{CONTENT_VERSION}\x1fconference"


class UsageReader:
    """Makes usage of checked events; knows the numbers of sources and notes those that have none yet."""

    def __init__(self, sources: Mapping[str, int]) -> None:
        self._sources = sources
        self.unnumbered: set[str] = set()

    def call(self, event_id: str, source: str, data: Mapping[str, Any]) -> Usage | Refused:
        """Read a call."""
        get = data.get
        read = self._leg(data, "data", "")
        if isinstance(read, Refused):
            return read
        leg, leg_content = read
        tenant_id, user_id, call_id = data["tenant_id"], get("user_id") or "", get("call_id") or ""
        content = f"{CALL}\x1f{tenant_id}\x1f{leg_content}"
        if user_id:
            content += f"\x1fuser_id={user_id}"
        if call_id:
            content += f"\x1fcall_id={call_id}"
        if other_number := get("other_number"):
            content += f"\x1fother_number={other_number}"
        number, key = self.identity(source, event_id)
        # A third of what `Usage(...)` takes, once an event; the order is that of its fields.
        return tuple.__new__(
            Usage,
            (
                tenant_id,
                source,
                event_id,
                number,
                key,
                hash_text(content),
                USAGE_CALL,
                leg.started_s,
                (leg,),
                user_id,
                call_id,
            ),
        )

    def conference(self, event_id: str, source: str, data: Mapping[str, Any]) -> Usage | Refused:
        """Read a conference; each leg may stand in it once."""
        legs, contents = [], []
        seen: set[str] = set()
        for position, one in enumerate(data["legs"]):
            read = self._leg(one, f"data.legs.{position}", one["leg_id"])
            if isinstance(read, Refused):
                return read
            leg, leg_content = read
            if leg.leg_id in seen:
                detail = "the same leg stands twice in the conference"
                return refuse(Reason.SCHEMA_INVALID, f"data.legs.{position}.leg_id", detail)
            seen.add(leg.leg_id)
            legs.append(leg)
            who = one.get("participant")
            contents.append(f"{leg.leg_id}\x1f{leg_content}" + (f"\x1f{who}" if who else ""))
        tenant_id, conference_id = data["tenant_id"], data["conference_id"]
        organizer_id = data["organizer_id"]
        content = [CONFERENCE, tenant_id, conference_id, organizer_id, *sorted(contents)]
        number, key = self.identity(source, event_id)
        return Usage(
            tenant_id, source, event_id, number, key, content_hash(content), USAGE_CONFERENCE,
            min(leg.started_s for leg in legs), tuple(legs), organizer_id, conference_id,
        )  # fmt: skip

    def identity(self, source: str, event_id: str) -> tuple[int, str]:
        """Give the source's number and the key; 0 and a hash for what is no UUID of a numbered source."""
        if is_canonical_uuid(event_id):
            number = self._sources.get(source)
            if number is not None:
                return number, event_id
            self.unnumbered.add(source)
        return 0, hashed_key(source, event_id)

    def _leg(self, data: Mapping[str, Any], path: str, leg_id: str) -> tuple[Leg, str] | Refused:
        """Read a leg, and write what it says in the form that is hashed."""
        number, number_type = data["rated_number"], data["number_type"]
        if number[0] == "+":
            number = number[1:]
        shortest, longest = NUMBER_LENGTHS[number_type]
        if not shortest <= len(number) <= longest:
            detail = f"a number of type {number_type} has {shortest} to {longest} digits"
            return refuse(Reason.SCHEMA_INVALID, f"{path}.rated_number", detail)
        try:
            started_s = unix_seconds(data["started_at"])
        except ValueError:
            return refuse(Reason.SCHEMA_INVALID, f"{path}.started_at", "there is no such date or time")
        service, duration_s = data["service"], data["duration_s"]
        content = f"{service}\x1f{number}\x1f{number_type}\x1f{started_s}\x1f{duration_s}"
        if origin := data.get("origin") or "":
            content += f"\x1forigin={origin}"
        if allowance := data.get("allowance") or "":
            content += f"\x1fallowance={allowance}"
        leg = (service, number, number_type, origin, started_s, duration_s, allowance, leg_id)
        # A third of what `Leg(...)` takes, once an event; the order is that of its fields.
        return tuple.__new__(Leg, leg), content
