"""Metrics of what waits for a person or for better times."""

from typing import Final

from worker.metrics.catalogue import Alert, counter, gauge

PARKED_NOW: Final = gauge(
    "talktime_parked_now",
    "Usage and events that cannot be charged or applied yet, by reason.",
    "`talktime parked list --reason R`; unrated: import a deck; unknown_tenant: open the account.",
    labels=("reason",),
    alert=Alert("sum by (reason) (max by (reason) (talktime_parked_now)) > 1000", "15m", "ticket"),
)
PARKED_OLDEST_SECONDS: Final = gauge(
    "talktime_parked_oldest_seconds",
    "Age of the oldest parked row; past the open days its usage can no longer be charged by itself.",
    "Above 50 days: settle it now, `talktime parked list` shows the oldest first.",
    alert=Alert("max(talktime_parked_oldest_seconds) > 50 * 86400", "1h", "ticket"),
)
WRONG_PARTITION: Final = counter(
    "talktime_wrong_partition",
    "Records of a tenant who lives in another cell: a producer uses another partitioner.",
    "At once: mend the producer (murmur2), then `talktime parked retry --reason wrong_partition`.",
    labels=("topic",),
    alert=Alert("increase(talktime_wrong_partition_total[10m]) > 0", "0m", "page"),
)
RELEASED: Final = counter(
    "talktime_released",
    "Parked rows that ended, by outcome: charged, applied, duplicate, discarded.",
    "Nothing to do.",
    labels=("outcome",),
)
DEAD_LETTERS_NOW: Final = gauge(
    "talktime_dead_letters_now",
    "Refused records that nobody has replayed or discarded yet.",
    "`talktime dead-letters list`; mend the producer, then replay or discard.",
)
REFUSED_SHARE: Final = gauge(
    "talktime_refused_share",
    "Share of the latest records of a partition that were refused; the worker stops above the limit.",
    "Above 0.1: look at `talktime dead-letters list` before the worker stops.",
    labels=("topic", "partition"),
    alert=Alert("max(talktime_refused_share) > 0.1", "1m", "page"),
)
