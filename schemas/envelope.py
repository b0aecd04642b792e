"""The CloudEvent around the data: what each event says about itself, in structured mode.

Attributes that nobody here reads (subject, dataschema, extensions of others) are unknown fields like any
other.
"""

from typing import Annotated, Generic, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict, TypeVar

from schemas.fields import DIGITS, Identifier, TenantId, Time

TypeT = TypeVar("TypeT")
DataT = TypeVar("DataT")

Sequence = Annotated[str, Field(pattern=DIGITS, description="Digits; they rise, with gaps.")]


class Attributes(TypedDict):
    """What any event says before its type is known; in binary mode the `ce_` headers without their prefix."""

    specversion: Literal["1.0"]
    id: Identifier
    source: Identifier
    type: Identifier
    time: NotRequired[Time | None]


class ConsumedEvent(TypedDict, Generic[TypeT, DataT]):
    """An event that Talktime reads."""

    specversion: Literal["1.0"]
    """The version of CloudEvents."""
    id: Identifier
    """With tenant and source the identity of the event: a resend carries the same one."""
    source: Identifier
    """Who says so; the same id from two sources is two events."""
    type: TypeT
    """The contract that `data` keeps."""
    time: NotRequired[Time | None]
    """When the event happened; never part of its identity."""
    data: DataT


class UnsequencedEvent(TypedDict, Generic[TypeT, DataT]):
    """An event that Talktime writes, at least once: about a record, which need not have a tenant."""

    specversion: Literal["1.0"]
    """The version of CloudEvents."""
    id: Identifier
    """The same at every repetition of the event."""
    source: Identifier
    """The Talktime installation."""
    type: TypeT
    """The contract that `data` keeps."""
    time: Time
    """When it became true."""
    datacontenttype: Literal["application/json"]
    """How `data` is written."""
    data: DataT


class PublishedEvent(UnsequencedEvent[TypeT, DataT]):
    """An event that Talktime writes about a tenant, at least once and in the order of its sequence."""

    sequence: Sequence
    """Rises with every event of the tenant: ignore an event below the highest one seen."""


class OfTenant(TypedDict):
    """What the data of every event carries."""

    tenant_id: TenantId
