"""The charger: gets a poll's records charged, whatever it takes: carefully, one by one, or again."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import asyncpg

from worker.kafka.consumer import Consumer
from worker.kafka.records import Record
from worker.loops.effects import count_effects
from worker.loops.one_by_one import refused_by_database, singles
from worker.loops.partitions import Partitions, in_partitions
from worker.loops.refusal_watch import RefusalWatch
from worker.loops.trouble import LOCKED, PASSING, Patience, is_bad_data, label, passes, sqlstate
from worker.metrics.charging import (
    BATCH_SECONDS,
    CAREFUL_BATCHES,
    FENCED_BATCHES,
    REFUSED_BY_DATABASE,
    RETRIES,
)
from worker.postgres.openings import AccountsMovedError
from worker.postgres.positions import PositionMovedError
from worker.settings.business import Limits
from worker.transactions.charge_batch import Batch, by_partition, charge_batch
from worker.transactions.gather import DecksChangedError
from worker.transactions.office import Office
from worker.transactions.prepare import Prepared, prepare

log: Final = logging.getLogger(__name__)

MOST_LOCK_FAILURES: Final = 3


class Charger:
    """Charges records batch by batch; remembers how careful to be."""

    def __init__(
        self,
        consumer: Consumer,
        partitions: Partitions,
        office: Office,
        limits: Limits,
        watch: RefusalWatch,
        stop: asyncio.Event,
    ) -> None:
        self._consumer = consumer
        self._partitions = partitions
        self._office = office
        self._limits = limits
        self._watch = watch
        self._patience = Patience(stop)
        self._most_charges = limits.batch_charges
        self._lock_failures = 0
        self._failed_copies = 0
        self._careful_batches = 0
        # After a failure, until Postgres has said where to go on.
        self._astray = False
        # Set when something was promised, or an account was opened: the relay and the release look at once.
        self.promised = asyncio.Event()
        self.opened = asyncio.Event()

    async def charge(self, records: Sequence[Record]) -> None:
        """Charge all of these or leave them for the next poll; returns when one of the two is true."""
        try:
            prepared = await prepare(records, self._office, self._most_charges)
            batch = await self._batch(prepared, records)
            if batch is None:
                await self._partitions.return_to_postgres()
                return
            await self._settle(batch)
        except PositionMovedError:
            FENCED_BATCHES.inc()
            log.warning("another worker has moved on from here; going on from Postgres")
            self._astray = True
            await self._patience.wait()
        except PASSING as error:
            await self.wait_out(error)
        else:
            self._patience.calm()
            self._lock_failures = 0
            self._most_charges = min(self._limits.batch_charges, self._most_charges * 2)

    async def find_back(self) -> None:
        """After a failure, go on from Postgres, which alone knows what landed; raises while it is away."""
        if self._astray:
            await self._office.pool.expire_connections()
            await self._partitions.return_to_postgres()
            self._astray = False

    async def wait_out(self, error: Exception) -> None:
        """Wait for better times, longer after each failure in a row; raise one that does not pass."""
        if not passes(error):
            raise error
        self._note(error)
        self._astray = True
        await self._patience.wait()

    async def _batch(self, prepared: Prepared, records: Sequence[Record]) -> Batch | None:
        """Join records with where their partitions stand; None when one was lost meanwhile."""
        self._consumer.give_back(records[len(prepared.records) :])
        counts = by_partition(prepared.records)
        next_offsets = await self._consumer.next_offsets()
        held = in_partitions(self._partitions.held, counts)
        if len(held) < len(counts) or not counts.keys() <= next_offsets.keys():
            return None
        return Batch(prepared, counts, held, {one: next_offsets[one] for one in counts})

    async def _settle(self, batch: Batch) -> None:
        """Try the fast way, then the careful one, then record by record."""
        careful = self._careful_batches > 0
        while True:
            try:
                await self._charge_as_things_are(batch, careful=careful)
            except asyncpg.PostgresError as error:
                if passes(error):
                    raise
                if not careful:
                    # Whatever the server refused while we stay connected: engines name it differently.
                    careful = True
                    self._become_careful()
                elif is_bad_data(error):
                    log.warning("Postgres refuses the batch (%s): record by record", sqlstate(error))
                    await self._one_by_one(batch)
                    return
                else:
                    raise
            else:
                self._careful_batches -= careful
                self._failed_copies = self._failed_copies if careful else 0
                return

    async def _charge_as_things_are(self, batch: Batch, *, careful: bool, path: str = "") -> None:
        """Charge with the decks and accounts that there are by now, as often as they change meanwhile."""
        while True:
            try:
                await self._charge_once(batch, careful=careful, path=path)
            except DecksChangedError:
                await self._office.load_decks()
            except AccountsMovedError:
                batch = replace(batch, prepared=await self._with_opened(batch.prepared))
            else:
                return

    async def _charge_once(self, batch: Batch, *, careful: bool, path: str = "") -> None:
        with BATCH_SECONDS.labels(path or ("careful" if careful else "fast")).time():
            now_us, unread_s, check = time.time_ns() // 1000, self._consumer.lag.unread_s(), self._watch.check
            charged = await charge_batch(
                batch, self._office, now_us, careful=careful, check=check, unread_s=unread_s
            )
        self._partitions.advance(batch.next_offsets)
        self._watch.written(batch, charged.outcomes)
        count_effects(batch, charged)
        if charged.draft.messages or charged.letters:
            self.promised.set()
        if batch.prepared.opening:
            self.opened.set()
        await self._consumer.commit(batch.next_offsets)

    async def _one_by_one(self, batch: Batch) -> None:
        """Charge each record in a transaction of its own; the one that Postgres refuses alone is buried."""
        for single in singles(batch, self._office):
            # What an earlier record of the batch has opened is found by the later ones.
            prepared = await self._with_opened(single.prepared)
            held = in_partitions(self._partitions.held, single.held)
            alone = replace(single, prepared=prepared, held=held)
            try:
                await self._charge_as_things_are(alone, careful=True, path="alone")
            except asyncpg.PostgresError as error:
                if not is_bad_data(error):
                    raise
                REFUSED_BY_DATABASE.inc()
                buried = refused_by_database(alone, error)
                await self._charge_as_things_are(buried, careful=True, path="alone")

    async def _with_opened(self, prepared: Prepared) -> Prepared:
        """Add the accounts that are open by now, of those that the batch might open; of no others.

        Their users get their numbers with the charge, which those of other tenants were given before.
        """
        found = await self._office.registry.find_accounts(prepared.opening)
        return replace(prepared, accounts={**prepared.accounts, **found})

    def _become_careful(self) -> None:
        CAREFUL_BATCHES.inc()
        self._failed_copies += 1
        if self._failed_copies >= self._limits.careful_after:
            self._careful_batches = self._limits.careful_batches

    def _note(self, error: Exception) -> None:
        RETRIES.labels(label(error)).inc()
        log.warning("the batch runs again: %s %s", type(error).__name__, sqlstate(error))
        self._lock_failures = self._lock_failures + 1 if sqlstate(error) == LOCKED else 0
        if self._lock_failures >= MOST_LOCK_FAILURES:
            self._most_charges = max(1, self._most_charges // 2)
            self._lock_failures = 0
