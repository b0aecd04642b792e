"""Usage: finished calls and conference legs, and what takes them back. Unanswered calls are no usage."""

from typing import Annotated, Literal, NotRequired

from pydantic import Discriminator, Field, Tag
from typing_extensions import TypedDict

from schemas.envelope import OfTenant
from schemas.fields import (
    DurationS,
    Identifier,
    NumberType,
    Origin,
    RatedNumber,
    TenantId,
    Text,
    Time,
)


class RatedUsage(TypedDict):
    """What prices a call or a leg."""

    rated_number: RatedNumber
    number_type: NumberType
    started_at: Time
    """When the call was answered; its version of the rate deck prices all of it."""
    duration_s: DurationS
    """Whole seconds from answer to end; a producer that measures finer rounds up."""
    origin: NotRequired[Origin | None]
    allowance: NotRequired[Identifier | None]
    """Which bundle may pay: absent = any that applies, `none` = money only, else that one only."""


class CallUsage(RatedUsage):
    """One finished call, without its tenant."""

    service: Literal["outbound", "inbound"]
    """`outbound`: the rated number was called; `inbound`: it is the tenant's own and was called."""
    user_id: NotRequired[Text | None]
    """Whose call it was; shown on the statement until it is forgotten."""
    other_number: NotRequired[Text | None]
    """The other party; read and never stored."""
    call_id: NotRequired[Text | None]
    """The platform's own id of the call."""


class CallData(OfTenant, CallUsage):
    """One finished call."""


class LegData(RatedUsage):
    """One stay of one participant in a conference: who leaves and rejoins makes two."""

    leg_id: Identifier
    """Unique within the conference, over all the events that publish it in parts."""
    service: Literal["dial_in", "dial_out"]
    """`dial_out`: the rated number was called; `dial_in`: it is the tenant's own and was called."""
    participant: NotRequired[Text | None]
    """Who took part; read and never stored."""


class ConferenceUsage(TypedDict):
    """The finished legs of a conference, or of a part of it, without their tenant."""

    conference_id: Identifier
    """The platform's own id of the conference."""
    organizer_id: Identifier
    """Whose conference it was: their tenant pays for every leg, whoever dialled."""
    # The first bad leg is enough: a thousand of them must not cost a thousand refusals.
    legs: Annotated[list[LegData], Field(min_length=1, max_length=1000, fail_fast=True)]
    """Each leg once; all are charged or none is."""


class ConferenceData(OfTenant, ConferenceUsage):
    """The finished legs of a conference, or of a part of it."""


class UsageReference(TypedDict):
    """The event that published a usage, by its identity."""

    source: Identifier
    """The CloudEvents source of that event."""
    id: Identifier
    """The CloudEvents id of that event."""
    started_at: Time
    """When that usage started (a conference: its earliest leg)."""


class VoidedData(OfTenant):
    """Gives back everything that a usage took, money and bundle seconds; for ever."""

    usage: UsageReference
    reason: Text


class CorrectedCall(CallUsage):
    """The call as it should have been published."""

    tenant_id: NotRequired[TenantId | None]
    """The tenant of the correction, when given."""


class CorrectedConference(ConferenceUsage):
    """The conference as it should have been published."""

    tenant_id: NotRequired[TenantId | None]
    """The tenant of the correction, when given."""


def corrected_kind(corrected: object) -> str:
    """Tell a conference by its legs; whatever else it is, it must be a call."""
    if isinstance(corrected, dict) and corrected.get("legs") is not None:
        return "(conference)"
    return "(call)"


class CorrectedData(OfTenant):
    """Voids a usage and charges it again as it should have been, in one step."""

    usage: UsageReference
    corrected: Annotated[
        Annotated[CorrectedCall, Tag("(call)")] | Annotated[CorrectedConference, Tag("(conference)")],
        Discriminator(corrected_kind),
    ]
    """The whole data of the call or conference."""
