"""Metrics of the process itself."""

from typing import Final

from prometheus_client import GCCollector, PlatformCollector, ProcessCollector

from worker.metrics.catalogue import REGISTRY, Alert, gauge, histogram

EVENT_LOOP_LAG_SECONDS: Final = histogram(
    "talktime_event_loop_lag_seconds",
    "How long the event loop took to answer, asked from a thread; heartbeats wait as long.",
    "Above 0.05 often: something computes without a pause; above 10 the group takes our partitions away.",
    alert=Alert(
        "histogram_quantile(0.99, sum by (le) (rate(talktime_event_loop_lag_seconds_bucket[5m]))) > 1",
        "10m",
        "ticket",
    ),
)
LOOP_SILENCE_SECONDS: Final = gauge(
    "talktime_loop_silence_seconds",
    "Time since a loop of the worker last went round.",
    "Above a minute: it waits for a server or hangs; /healthz says so and the platform restarts the worker.",
    labels=("loop",),
)
BUILD_INFO: Final = gauge(
    "talktime_build_info",
    "1; the labels say which version runs.",
    "Nothing to do.",
    labels=("version", "python"),
)

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)
