"""Metrics of the relay: what was promised and what was published."""

from typing import Final

from worker.metrics.catalogue import Alert, counter, gauge, histogram

PUBLISHED: Final = counter(
    "talktime_published",
    "Messages that the broker acknowledged.",
    "None while the outbox grows: the broker refuses or is away; the log says which.",
    labels=("topic",),
)
PUBLISH_FAILURES: Final = counter(
    "talktime_publish_failures",
    "Messages that were not acknowledged and will be sent again, by the client's error.",
    "Steadily: the error names the cause; nothing is lost, it waits in the outbox.",
    labels=("error",),
)
PUBLISH_REFUSED: Final = counter(
    "talktime_publish_refused",
    "Messages that the broker refuses for good; set aside in the outbox.",
    "Look at the error in the outbox; most likely the topic's max.message.bytes is too small.",
    labels=("topic",),
    alert=Alert("increase(talktime_publish_refused_total[1h]) > 0", "0m", "page"),
)
PRODUCER_RESTARTS: Final = counter(
    "talktime_producer_restarts",
    "Producers that died of a fatal error and were replaced; the outbox sends again.",
    "Often: another program uses our producer's name, or brokers lose data.",
)
LANES_LOST: Final = counter(
    "talktime_relay_lanes_lost",
    "Times that a relay took so long that another took its lanes over; what it had under way may come twice.",
    "Often: the process was stopped or starved for longer than a lease; look at its event loop lag.",
)
OUTBOX_MESSAGES: Final = gauge(
    "talktime_outbox_messages",
    "Messages that are promised and not yet acknowledged.",
    "Rising: see the publish failures.",
)
OUTBOX_OLDEST_SECONDS: Final = gauge(
    "talktime_outbox_oldest_seconds",
    "Age of the oldest promise: recharge requests and account states are late by as much.",
    "Above a minute: the broker is away or refuses; tenants run dry meanwhile.",
    alert=Alert("max(talktime_outbox_oldest_seconds) > 60", "1m", "page"),
)
OUTBOX_SET_ASIDE: Final = gauge(
    "talktime_outbox_set_aside",
    "Messages that the broker refused for good and that nobody has sent again.",
    "`outbox.set_aside` says why; mend the topic, `UPDATE outbox SET set_aside = NULL` sends them again.",
    alert=Alert("max(talktime_outbox_set_aside) > 0", "0m", "page"),
)
PUBLISH_SECONDS: Final = histogram(
    "talktime_publish_seconds",
    "Time from a claim on the outbox to the acknowledgements.",
    "Slow: look at the brokers' disks and replicas.",
)
