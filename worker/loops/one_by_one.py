"""One by one: a batch cut into its records, and the one that the database refuses as a refusal."""

from dataclasses import replace

import asyncpg

from worker.codec.envelope import refuse
from worker.domain.rejection import Reason
from worker.loops.trouble import sqlstate
from worker.transactions.charge_batch import Batch
from worker.transactions.office import Office


def singles(batch: Batch, office: Office) -> list[Batch]:
    """Cut a batch into one of each record, in the order in which they are decided."""
    order = {"accounts": 0, "payments": 1, "usage": 2}
    records = batch.prepared.records
    indexes = sorted(range(len(records)), key=lambda index: order[office.topics[records[index].topic]])
    after = dict(batch.next_offsets)
    found = []
    for index in reversed(indexes):
        record, one = records[index], batch.prepared.decoded[index]
        where = (record.topic, record.partition)
        prepared = replace(batch.prepared, records=[record], decoded=[one], charges=1)
        found.append(Batch(prepared, {where: 1}, {where: batch.held[where]}, {where: after[where]}))
        after[where] = record.offset
    return found[::-1]


def refused_by_database(batch: Batch, error: asyncpg.PostgresError) -> Batch:
    """Replace a record by its refusal; the server's own text is left out, for it quotes values."""
    names = [
        str(name)
        for name in (getattr(error, "constraint_name", None), getattr(error, "column_name", None))
        if name
    ]
    detail = f"Postgres refused it alone: SQLSTATE {sqlstate(error)} {' '.join(names)}".rstrip()
    refused = refuse(Reason.REFUSED_BY_DATABASE, "", detail)
    buried = replace(batch.prepared, decoded=[refused], tenants=frozenset(), opening=())
    return replace(batch, prepared=buried)
