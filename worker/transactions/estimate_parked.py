"""Estimate what parked usage would cost; computed when somebody looks, from the record as it was kept."""

from collections.abc import Mapping, Sequence

from worker.codec.decode import Decoder
from worker.domain.estimate import estimate
from worker.domain.tariff import Decks
from worker.domain.usage import Usage
from worker.postgres.parked_views import ParkedView, decks_of
from worker.postgres.snapshot import snapshot
from worker.postgres.tariffs import load_decks
from worker.postgres.transaction import Database
from worker.transactions.replayed import Replayed


class Estimator:
    """Prices pages of parked records by the decks as they are when the first one is asked for."""

    def __init__(self, pool: Database, topics: Mapping[str, str], largest_record_bytes: int) -> None:
        self._pool = pool
        self._topics = topics
        # Sources need no numbers: nothing is looked up by them.
        self._decoder = Decoder(topics, {}, largest_record_bytes)
        self._decks: Decks | None = None

    async def amounts(self, cell: int, page: Sequence[ParkedView]) -> list[int | None]:
        """Give what each would cost, in micros of its deck's currency; None for what no deck prices."""
        # A topic that has another name by now says nothing.
        usages = [
            self._decoder.decode(Replayed(row.record)) if row.topic in self._topics else None for row in page
        ]
        async with snapshot(self._pool) as tx:
            decks = await decks_of(tx, cell, (one.tenant_id for one in usages if isinstance(one, Usage)))
            if decks and self._decks is None:
                self._decks = await load_decks(tx)
        return [
            self._amount(one, decks.get(one.tenant_id)) if isinstance(one, Usage) else None for one in usages
        ]

    def _amount(self, usage: Usage, name: str | None) -> int | None:
        deck = self._decks.deck(name) if self._decks and name else None
        return estimate(usage, deck) if deck else None
