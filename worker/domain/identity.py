"""Identity: what makes two deliveries the same event, and two events with one identity a conflict."""

import re
from _blake2 import blake2b
from collections.abc import Iterable
from typing import Final, NamedTuple

# Part of every content hash: raise it when the canonical form below changes its meaning.
CONTENT_VERSION: Final = "1"

# Texts from outside hold no control characters, so this one cannot occur inside a field.
SEPARATOR: Final = "\x1f"

_CANONICAL_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)

is_canonical_uuid: Final = _CANONICAL_UUID.fullmatch


class Identity(NamedTuple):
    """Who says so, and under which id; `key` is the same as a UUID's text, within the tenant."""

    tenant_id: str
    source: str
    event_id: str
    key: str
    content_hash: int


def hashed_key(source: str, event_id: str) -> str:
    """Make a UUID's text of any source and id; the length of the first keeps ("a", "bc") from ("ab", "c")."""
    text = f"{len(source)}{SEPARATOR}{source}{SEPARATOR}{event_id}"
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"


def content_hash(parts: Iterable[str]) -> int:
    """Hash the decoded known fields, given in their one order, to 8 signed bytes."""
    return hash_text(SEPARATOR.join(parts))


def hash_text(text: str) -> int:
    """Hash canonical content that is one text already."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def park_key(identity: Identity) -> str:
    """Name a parked record by tenant, identity and content: the same one is parked once."""
    return hashed_key(identity.tenant_id, f"{identity.key}{SEPARATOR}{identity.content_hash}")
