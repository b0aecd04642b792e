"""Metrics of the main job: what became of every record, and how the batches went."""

from typing import Final

from worker.metrics.catalogue import SIZES, Alert, counter, histogram

RECORDS: Final = counter(
    "talktime_records",
    "Records by first outcome: charged, applied, duplicate, parked, dead_lettered; effects, not deliveries.",
    "Many parked or dead-lettered: `talktime parked list`, `talktime dead-letters list` name the reasons.",
    labels=("topic", "outcome", "reason"),
    alert=Alert(
        'sum by (reason) (increase(talktime_records_total{outcome="dead_lettered"}[10m])) > 100',
        "0m",
        "ticket",
    ),
)
REFUSED_BY_DATABASE: Final = counter(
    "talktime_refused_by_database",
    "Records that Postgres refused even when tried alone.",
    "Each is a hole in our checks: `talktime dead-letters show` has the bytes and the error; report it.",
    alert=Alert("increase(talktime_refused_by_database_total[1h]) > 0", "0m", "page"),
)
BATCH_SECONDS: Final = histogram(
    "talktime_batch_seconds",
    "Time of one batch's transaction; path: fast, careful (after a failed COPY), alone (each record).",
    "Slow: look at Postgres for locks and disk; the batch grows by itself when events wait.",
    labels=("path",),
)
BATCH_RECORDS: Final = histogram(
    "talktime_batch_records",
    "Records of one batch.",
    "Always at the top while lag rises: add a worker process, up to one a partition.",
    buckets=SIZES,
)
BATCH_CHARGES: Final = histogram(
    "talktime_batch_charges",
    "Charges of one batch; each leg of a conference counts.",
    "Much higher than the records: conferences; nothing to do.",
    buckets=SIZES,
)
BATCH_TENANTS: Final = histogram(
    "talktime_batch_tenants",
    "Accounts that one batch locked.",
    "As many as there are tenants: producers publish without the tenant as key, or it is very quiet.",
    buckets=SIZES,
)
KEY_MISMATCHES: Final = counter(
    "talktime_key_mismatches",
    "Usage whose key is not their tenant id; charged all the same, but workers then wait for each other.",
    "Let producers use the tenant id as record key, with one partitioner.",
    alert=Alert(
        "sum(rate(talktime_key_mismatches_total[10m])) > 0.5 * sum(rate(talktime_records_total[10m]))",
        "30m",
        "ticket",
    ),
)
CAREFUL_BATCHES: Final = counter(
    "talktime_careful_batches",
    "Batches that went the careful way because a COPY met known keys.",
    "Steadily: a producer sends much twice; charged once all the same, but slower.",
)
RETRIES: Final = counter(
    "talktime_retries",
    "Transactions that ran again, by the first two letters of the SQLSTATE, or the kind of failure.",
    "55: somebody holds locks; 40: other writers; 08 and 57: Postgres restarts or the network breaks.",
    labels=("sqlstate_class",),
    alert=Alert("sum(rate(talktime_retries_total[5m])) > 1", "10m", "ticket"),
)
FENCED_BATCHES: Final = counter(
    "talktime_fenced_batches",
    "Batches rolled back because another worker had moved the read position: a lost partition, no harm done.",
    "Often, without rebalances: two groups or two installations read the same topics into one database.",
)
OVERSHOOT: Final = histogram(
    "talktime_overshoot_units",
    "How far a balance was below its credit limit when it was depleted, in units of its currency.",
    "Large: the platform learns too late; see that it reads the account states, and raise triggers.",
    labels=("currency",),
    buckets=(0.1, 1, 5, 10, 50, 100, 500, 1000, 10_000),
)
