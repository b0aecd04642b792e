"""Commands: a person's wish as an event of the accounts topic, checked as any reader of it would."""

import json
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from uuid import uuid4

from worker.codec.envelope import STRUCTURED, read_event
from worker.codec.events import read_account_event
from worker.codec.times import rfc3339
from worker.domain.event import EventBody
from worker.domain.identity import Identity
from worker.domain.rejection import Refused, Rejection

HEADERS: Final = (("content-type", STRUCTURED),)


class Command(NamedTuple):
    """An event ready to be published."""

    identity: Identity
    body: EventBody
    value: bytes


def encode_command(
    event_type: str, data: Mapping[str, object], *, source: str, now_s: int, nulls: Collection[str] = ()
) -> Command | Rejection:
    """Make an event of a fresh id, or say which field cannot stand.

    Absent fields are None and left out, but for those whose null means something.
    """
    event = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": source,
        "type": f"talktime.account.{event_type}.v1",
        "time": rfc3339(now_s),
        "datacontenttype": "application/json",
        "data": {name: given for name, given in data.items() if given is not None or name in nulls},
    }
    # Half of a character pair has no UTF-8 form; replaced, the contract's own check still sees its length.
    value = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    checked = read_event(value, HEADERS, "accounts")
    if isinstance(checked, Refused):
        return checked.rejection
    read = read_account_event(checked, now_s)
    if isinstance(read, Refused):
        return read.rejection
    return Command(read.identity, read.body, value)
