"""Reversals: money that went back to whoever paid it, each kept for ever."""

from typing import NamedTuple

# (account id, reversal id or adjustment id): what is unique within the tenant for ever.
OwnId = tuple[int, str]


class Reversal(NamedTuple):
    """A refund or a dispute, and what it took from which lots (lot 0: debt)."""

    account_id: int
    reversal_id: str
    payment_id: str
    content_hash: int
    kind: str
    amount_micros: int
    lot_numbers: tuple[int, ...]
    lot_amounts: tuple[int, ...]
    reinstated: bool = False
