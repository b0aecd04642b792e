"""Masking: phone numbers are personal data and never leave in clear."""

from typing import Final

CLEAR_CHARACTERS: Final = 4


def mask_number(number: str) -> str:
    """Keep what tells the destination, hide what tells the person: `+4930123456` is `+493*******`."""
    return number[:CLEAR_CHARACTERS] + "*" * max(0, len(number) - CLEAR_CHARACTERS)
