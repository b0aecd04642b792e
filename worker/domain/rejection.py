"""Rejections: bad data as a value, with the reason that outside programs rely on."""

from dataclasses import dataclass
from enum import StrEnum

from worker.domain.identity import Identity


class Reason(StrEnum):
    """Why a record has no effect; the first group ends as dead letters, the second is parked."""

    NOT_JSON = "not_json"
    NOT_CLOUDEVENT = "not_cloudevent"
    BATCH_MODE = "batch_mode"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_TOPIC = "wrong_topic"
    SCHEMA_INVALID = "schema_invalid"
    OVERSIZE = "oversize"
    TOMBSTONE = "tombstone"
    POLICY_IMPOSSIBLE = "policy_impossible"
    REFUSED_BY_DATABASE = "refused_by_database"

    NOT_YET = "not_yet"
    UNKNOWN_TENANT = "unknown_tenant"
    UNRATED = "unrated"
    CURRENCY = "currency"
    TOO_OLD = "too_old"
    IN_FUTURE = "in_future"
    IMPLAUSIBLE = "implausible"
    OUT_OF_RANGE = "out_of_range"
    CONFLICT = "conflict"
    UNKNOWN_PAYMENT = "unknown_payment"
    WRONG_PARTITION = "wrong_partition"


DEAD: frozenset[Reason] = frozenset(
    {
        Reason.NOT_JSON,
        Reason.NOT_CLOUDEVENT,
        Reason.BATCH_MODE,
        Reason.UNKNOWN_TYPE,
        Reason.WRONG_TOPIC,
        Reason.SCHEMA_INVALID,
        Reason.OVERSIZE,
        Reason.TOMBSTONE,
        Reason.POLICY_IMPOSSIBLE,
        Reason.REFUSED_BY_DATABASE,
    }
)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one record was refused: the reason, the field (a dotted path, or '') and the way out."""

    reason: Reason
    field: str
    detail: str

    @property
    def dead(self) -> bool:
        """Whether the record can never be charged as it stands."""
        return self.reason in DEAD


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was refused while it was decoded; `identity` is known when only its effect is missing."""

    rejection: Rejection
    identity: Identity | None = None
