"""The clerk: brings histories through the worker's own transactions, at moments of their own choosing."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import asyncpg

from tests.simulation.histories.happening import Happening, wire
from worker.domain.rejection import Rejection
from worker.postgres.positions import Partition, Position, assign_positions
from worker.postgres.transaction import transaction
from worker.transactions.charge_batch import Batch, by_partition, charge_batch
from worker.transactions.office import Office
from worker.transactions.prepare import prepare
from worker.transactions.record_decision import Outcomes
from worker.transactions.release_parked import releasable, release_parked

STRUCTURED: Final = (("content-type", b"application/cloudevents+json"),)
MOST: Final = 1 << 30

DAYS: Final = """
    SELECT make_ledger_day(day::date)
    FROM generate_series($1::date, $2::date, interval '1 day') AS day
    WHERE day::date NOT IN (SELECT day FROM ledger_day)
"""

ACCOUNTS: Final = """
    SELECT tenant_id, account_id, balance_micros, debt_micros FROM account
    WHERE cell = 0 AND tenant_id = ANY($1::text [])
"""

LOTS: Final = """
    SELECT
        account.tenant_id, lot.lot_number, lot.kind, lot.amount_micros, lot.forfeited_micros,
        CASE WHEN lot.lot_number = account.lot_number THEN account.lot_left_micros ELSE lot.left_micros END
            AS left_micros
    FROM lot INNER JOIN account USING (cell, account_id)
    WHERE cell = 0 AND tenant_id = ANY($1::text [])
    ORDER BY tenant_id, lot_number
"""

USES: Final = """
    SELECT account.tenant_id, known.name, used.month, used.used_s
    FROM allowance_use AS used
    INNER JOIN account USING (cell, account_id)
    INNER JOIN (SELECT DISTINCT cell, account_id, allowance_number, name FROM allowance) AS known
        USING (cell, account_id, allowance_number)
    WHERE cell = 0 AND tenant_id = ANY($1::text []) AND used_s > 0
"""


class Arrived(NamedTuple):
    """A record as Kafka's client gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = STRUCTURED


class Books(NamedTuple):
    """What the database says of a tenant: lots as (kind, amount, left, forfeited), seconds of bundles."""

    balance: int
    debt: int
    lots: list[tuple[str, int, int, int]]
    seconds: dict[tuple[str, int], int]


class Clerk:
    """Charges batches of many tenants, each at a given moment; parked records are released after each."""

    def __init__(self, office: Office, held: Mapping[Partition, Position]) -> None:
        self._office = office
        self._held = dict(held)
        self._topics = {role: topic for topic, role in office.topics.items()}
        self._offsets = itertools.count(1)

    async def settle(self, arrivals: Sequence[tuple[str, Happening]], now_s: int) -> None:
        """Charge what arrives at a moment, fast where the database lets it and carefully otherwise."""
        records = [
            Arrived(
                self._topics[one.role], 0, next(self._offsets), now_s * 1000, tenant.encode(),
                wire(one, tenant, now_s),
            )
            for tenant, one in arrivals
        ]  # fmt: skip
        prepared = await prepare(records, self._office, MOST)
        touched = {(record.topic, record.partition) for record in prepared.records}
        held = {one: self._held[one] for one in touched}
        latest = {one: max(r.offset for r in records if (r.topic, r.partition) == one) + 1 for one in touched}
        batch = Batch(prepared, by_partition(prepared.records), held, latest)
        try:
            await self._charge(batch, now_s, careful=False)
        except asyncpg.PostgresError:
            await self._charge(batch, now_s, careful=True)
        for one in touched:
            self._held[one] = self._held[one]._replace(next_offset=latest[one])
        now_us = now_s * 1_000_000
        while found := await releasable(self._office, now_us, 500):
            await release_parked(self._office, found, now_us)

    async def _charge(self, batch: Batch, now_s: int, *, careful: bool) -> None:
        await charge_batch(batch, self._office, now_s * 1_000_000, careful=careful, check=nothing_is_dead)

    async def books(self, tenants: Sequence[str]) -> dict[str, Books]:
        """Read what the database says of tenants."""
        pool, names = self._office.pool, list(tenants)
        found = {
            row["tenant_id"]: Books(row["balance_micros"], row["debt_micros"], [], {})
            for row in await pool.fetch(ACCOUNTS, names)
        }
        for tenant, _, *lot in await pool.fetch(LOTS, names):
            kind, amount, forfeited, left = lot
            found[tenant].lots.append((kind, amount, left, forfeited))
        for row in await pool.fetch(USES, names):
            found[row["tenant_id"]].seconds[row["name"], row["month"]] = row["used_s"]
        return found


def nothing_is_dead(_batch: Batch, outcomes: Outcomes) -> None:
    dead = [one for one in outcomes.values() if isinstance(one, Rejection) and one.dead]
    assert dead == [], "histories hold nothing that can never be charged"


async def hire(office: Office, first_s: int, last_s: int) -> Clerk:
    """Make the days of the histories, and a clerk who starts at empty logs."""
    days = [datetime.fromtimestamp(second, UTC).date() for second in (first_s, last_s)]
    await office.pool.execute(DAYS, *days)
    starts = {(topic, 0): 0 for topic in office.topics}
    async with transaction(office.pool) as tx:
        held = await assign_positions(tx, office.cell, office.cluster_id, starts)
    return Clerk(office, held)
