"""A desk: batches charged without Kafka, so that a test decides what happens between two of them."""

from dataclasses import dataclass
from typing import NamedTuple

from tests.integration.cases.events import Sent
from tests.integration.cases.house import House
from worker.app.furnish import furnish
from worker.postgres.positions import assign_positions
from worker.postgres.transaction import transaction
from worker.transactions.charge_batch import Batch, Charged, by_partition, charge_batch
from worker.transactions.office import Office
from worker.transactions.prepare import Prepared, prepare

CLUSTER = "cluster-1"


class Read(NamedTuple):
    """A record as a Kafka client gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass
class Desk:
    """Charges as a worker would; each record is given the next offset of a partition of its own."""

    house: House
    office: Office
    now_us: int
    partitions: int = 0

    async def charge(self, *sent: Sent, careful: bool = False) -> Charged:
        """Charge these in one batch."""
        prepared = await self.prepared(*sent)
        starts = {(one.topic, one.partition): 0 for one in prepared.records}
        async with transaction(self.house.pool) as tx:
            held = await assign_positions(tx, self.office.cell, CLUSTER, starts)
        batch = Batch(prepared, by_partition(prepared.records), held, dict.fromkeys(starts, len(sent)))
        return await charge_batch(
            batch, self.office, self.now_us, careful=careful, check=lambda _batch, _outcomes: None
        )

    async def prepared(self, *sent: Sent) -> Prepared:
        """Prepare these as one batch."""
        self.partitions += 1
        topics = self.house.settings.topics
        records = [
            Read(getattr(topics, one.role), self.partitions, offset, 0, *one[1:])
            for offset, one in enumerate(sent)
        ]
        return await prepare(records, self.office, 10_000)


async def desk_in(house: House) -> Desk:
    """Furnish a desk with what the house's database holds."""
    now = await house.value("SELECT (extract(epoch FROM now()) * 1000000)::bigint")
    return Desk(house, await furnish(house.settings, house.pool, CLUSTER), now)
