"""Happenings: what a history is made of, and the wire form of each."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

SOURCE = "/tests/history"
ROLES = {"usage": "usage", "account": "accounts", "payment": "payments"}


class Happening(NamedTuple):
    """One event: its type without prefix and version, its id, and its data by the contracts' names.

    Times in `data` are Unix seconds here and money is micros.
    """

    name: str
    event_id: str
    data: dict[str, Any]

    @property
    def role(self) -> str:
        """The contracts' name of its topic."""
        return ROLES[self.name.partition(".")[0]]


TIMES = {"started_at", "paid_at", "expires_at", "effective_from"}
MONEY = {"amount"}


def wire(happening: Happening, tenant: str, now_s: int) -> bytes:
    """Write a happening as any producer would, in structured mode."""
    document = {
        "specversion": "1.0",
        "id": happening.event_id,
        "source": SOURCE,
        "type": f"talktime.{happening.name}.v1",
        "time": moment(now_s),
        "data": {"tenant_id": tenant, **written(happening.data)},
    }
    return json.dumps(document).encode()


def written(data: dict[str, object]) -> dict[str, object]:
    return {name: value_of(name, value) for name, value in data.items() if value is not None}


def value_of(name: str, value: object) -> object:
    if isinstance(value, dict):
        return written(value)
    if isinstance(value, list):
        return [written(one) if isinstance(one, dict) else one for one in value]
    if isinstance(value, int) and name in TIMES:
        return moment(value)
    if isinstance(value, int) and name in MONEY:
        sign, micros = ("-" if value < 0 else ""), abs(value)
        return f"{sign}{micros // 1_000_000}.{micros % 1_000_000:06}"
    return value


def moment(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()
