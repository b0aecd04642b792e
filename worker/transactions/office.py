"""The office: what every transaction of a worker has at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from worker.codec.decode import Decoder
from worker.codec.messages import Encoder
from worker.domain.facts import Limits
from worker.domain.tariff import Decks
from worker.postgres.tariffs import load_decks
from worker.postgres.transaction import Database, transaction
from worker.transactions.plan_memory import PlanMemory
from worker.transactions.registry import Registry


class Sizes(NamedTuple):
    """How much a transaction takes at most, and how many lanes accounts share for what they are promised.

    `slice_charges` are decoded between two looks at the event loop.
    """

    batch_bytes: int
    slice_charges: int
    lanes: int


@dataclass(slots=True)
class Office:
    """One worker's pool, dictionaries, decks and contracts; `decks` is replaced as their generation rises."""

    pool: Database
    cell: int
    installation: UUID
    cluster_id: str
    limits: Limits
    sizes: Sizes
    topics: Mapping[str, str]
    registry: Registry
    decoder: Decoder
    encoder: Encoder
    decks: Decks
    # Topics of the contracts that are not published to: a rebuild asks nobody for money.
    muted: frozenset[str] = frozenset()
    plans: PlanMemory = field(default_factory=PlanMemory)

    async def load_decks(self) -> None:
        """Load the versions that are not loaded yet."""
        async with transaction(self.pool) as tx:
            self.decks = await load_decks(tx, previous=self.decks)
