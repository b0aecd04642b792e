"""What a deck version says, as one short value: two imports are the same when it is."""

import hashlib
from typing import Final

from worker.domain.tariff import NewVersion

# Raised with every change to what is digested, so that old digests are never compared with new ones.
DIGEST_VERSION: Final = 1
# No text of a deck holds a control character.
_BETWEEN: Final = "\x1f"


def content_digest(version: NewVersion) -> bytes:
    """Digest everything but the name and the date; neither the order of the file nor its dialect matters."""
    terms = version.terms
    facts = (DIGEST_VERSION, version.currency, terms.timezone, terms.round_to_micros, terms.rounding)
    digest = hashlib.sha256(_BETWEEN.join(map(str, facts)).encode())
    for row in version.rows:
        digest.update(b"\n")
        digest.update(_BETWEEN.join(map(str, row)).encode())
    return digest.digest()
