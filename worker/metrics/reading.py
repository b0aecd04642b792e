"""Metrics of the consumer."""

from typing import Final

from worker.metrics.catalogue import Alert, counter, gauge

LAG_RECORDS: Final = gauge(
    "talktime_lag_records",
    "Records of a partition that are not yet in the ledger.",
    "Rising: add worker processes; not falling after a fault: see the worker's log.",
    labels=("topic", "partition"),
)
LAG_SECONDS: Final = gauge(
    "talktime_lag_seconds",
    "Age of the oldest record of a partition that is not yet in the ledger; 0 when there is none.",
    "Above a minute: balances are late. Postgres or the broker is slow or away, or workers are too few.",
    labels=("topic", "partition"),
    alert=Alert("max(talktime_lag_seconds) > 60", "2m", "page"),
)
FETCH_AGE_SECONDS: Final = gauge(
    "talktime_fetch_age_seconds",
    "Time since the broker last answered a fetch of any partition that this worker owns.",
    "Above a minute: the broker is away or the client is stuck; if the broker is well, restart the worker.",
    alert=Alert("max(talktime_fetch_age_seconds) > 60", "1m", "page"),
)
PARTITIONS_OWNED: Final = gauge(
    "talktime_partitions_owned",
    "Partitions that this worker reads.",
    "The sum over the workers below the topics' partitions: some have no reader; see the group.",
)
PARTITION_STOPPED: Final = gauge(
    "talktime_partition_stopped",
    "1 for a partition whose read position is not in its log any more: records were lost at the source.",
    "The log names the range; `talktime positions skip` records the gap and goes on.",
    labels=("topic", "partition"),
    alert=Alert("max by (topic, partition) (talktime_partition_stopped) > 0", "0m", "page"),
)
REBALANCES: Final = counter(
    "talktime_rebalances",
    "Times that the group dealt its partitions anew.",
    "Without workers coming or going: one is too slow to answer, see the event loop's lag.",
    alert=Alert("increase(talktime_rebalances_total[15m]) > 10", "0m", "ticket"),
)
COMMIT_FAILURES: Final = counter(
    "talktime_commit_failures",
    "Kafka's own offsets that could not be committed; they serve lag tools only, nothing is lost.",
    "Steadily: lag tools show too much; see that the group's coordinator is well.",
    labels=("error",),
)
