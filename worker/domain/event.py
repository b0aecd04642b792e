"""Events that are no usage, decoded and valid; amounts in micros, times in Unix seconds."""

from dataclasses import dataclass
from typing import NamedTuple

from worker.domain.account_body import (
    AccountBody,
    AccountChanged,
    AccountOpened,
    Adjusted,
    AlertsSet,
    AllowanceSet,
    AutoRechargeSet,
    CreditAdded,
    CreditRequested,
    PaymentMethodSet,
    StatusSet,
)
from worker.domain.identity import Identity
from worker.domain.payment_body import (
    PaymentBody,
    PaymentReinstated,
    PaymentReversed,
    RechargeCompleted,
    RechargeFailed,
    RechargePending,
)
from worker.domain.record import KeptRecord
from worker.domain.usage import Usage

__all__ = [
    "AccountBody",
    "AccountChanged",
    "AccountOpened",
    "Adjusted",
    "AlertsSet",
    "AllowanceSet",
    "AutoRechargeSet",
    "CreditAdded",
    "CreditRequested",
    "Event",
    "EventBody",
    "PaymentBody",
    "PaymentMethodSet",
    "PaymentReinstated",
    "PaymentReversed",
    "RechargeCompleted",
    "RechargeFailed",
    "RechargePending",
    "RevisionBody",
    "StatusSet",
    "UsageCorrected",
    "UsageReference",
    "UsageVoided",
]


class UsageReference(NamedTuple):
    """The event that published a usage: `source_number` and `key` as in `Usage`."""

    source_number: int
    key: str
    started_s: int


@dataclass(frozen=True, slots=True)
class UsageVoided:
    """Everything that a usage took is given back, for ever."""

    usage: UsageReference
    reason: str


@dataclass(frozen=True, slots=True)
class UsageCorrected:
    """A usage is given back and charged again as it should have been; `corrected` has the usage's key."""

    usage: UsageReference
    corrected: Usage


RevisionBody = UsageVoided | UsageCorrected
EventBody = AccountBody | PaymentBody | RevisionBody


@dataclass(frozen=True, slots=True)
class Event:
    """An event that is no usage; `occurred_s` is its own time."""

    identity: Identity
    occurred_s: int
    body: EventBody


class PendingRevision(NamedTuple):
    """A void or a correction that came before its usage, and the record that brought it."""

    event: Event
    record: KeptRecord
