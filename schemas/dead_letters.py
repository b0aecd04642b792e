"""Dead letters: records that can never be charged as they stand, with the reason and their bytes."""

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from schemas.fields import BASE64, NO_CONTROLS, TenantId

MAX_VALUE_BYTES: Final = 65_536
MAX_HEADERS: Final = 100
MAX_HEADER_BYTES: Final = 1024


def _base64_characters(size: int) -> int:
    return (size + 2) // 3 * 4


Reason = Literal[
    "not_json",
    "not_cloudevent",
    "batch_mode",
    "unknown_type",
    "wrong_topic",
    "schema_invalid",
    "oversize",
    "tombstone",
    "policy_impossible",
    "refused_by_database",
]
HeaderBytes = Annotated[str, Field(max_length=_base64_characters(MAX_HEADER_BYTES), pattern=BASE64)]
ValueBytes = Annotated[str, Field(max_length=_base64_characters(MAX_VALUE_BYTES), pattern=BASE64)]


class Header(TypedDict):
    """One header of the record; a name may come more than once."""

    name: Annotated[str, Field(max_length=256)]
    """As its producer wrote it; its first 256 characters."""
    value_base64: HeaderBytes | None
    """Its first 1024 bytes, in Base64; null when it has none."""


class RejectedData(TypedDict):
    """A record had no effect and never can have one as it stands."""

    reason: Reason
    field: Annotated[str, Field(max_length=256, pattern=NO_CONTROLS)]
    """The dotted path of what is wrong, such as `data.duration_s`; empty when it is the whole record."""
    detail: Annotated[str, Field(max_length=1024, pattern=NO_CONTROLS)]
    """What is wrong and what is allowed; never the value, which may be a phone number."""
    tenant_id: NotRequired[TenantId | None]
    """Where one could be read."""
    topic: Annotated[str, Field(min_length=1, max_length=249)]
    """The topic on which the record came."""
    partition: Annotated[int, Field(ge=0)]
    """The partition of that topic."""
    offset: Annotated[int, Field(ge=0)]
    """The place in that partition."""
    headers: Annotated[list[Header], Field(max_length=MAX_HEADERS)]
    """The first 100 headers of the record, in their order."""
    value_base64: ValueBytes | None
    """The first 65,536 bytes of its value, in Base64; null for a tombstone."""
    value_bytes: Annotated[int, Field(ge=0)]
    """The size of its whole value in bytes; 0 for a tombstone."""
    cut: bool
    """Whether bytes of the value or headers are missing here; `talktime dead-letters show` has them all."""
