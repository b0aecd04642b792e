"""The pulse: which loops live, and whether the worker is caught up."""

import time
from collections.abc import Callable

from worker.kafka.consumer import Consumer
from worker.metrics.process import LOOP_SILENCE_SECONDS
from worker.settings.servers import Metrics


class Pulse:
    """Hears each loop go round; answers /healthz and /readyz."""

    def __init__(self, settings: Metrics) -> None:
        self._settings = settings
        self._beats: dict[str, float] = {}
        self._consumer: Consumer | None = None

    def watch(self, consumer: Consumer) -> None:
        """Ask this consumer about its partitions from now on."""
        self._consumer = consumer

    def beat(self, loop: str) -> Callable[[], None]:
        """Give a loop the function that it calls each time round."""

        def beats() -> None:
            self._beats[loop] = time.monotonic()

        LOOP_SILENCE_SECONDS.labels(loop).set_function(lambda: time.monotonic() - self._beats[loop])
        beats()
        return beats

    def alive(self) -> list[str]:
        """Say which loops have not gone round for too long."""
        oldest = time.monotonic() - self._settings.alive_s
        return [f"the loop {loop} is silent" for loop, at in self._beats.items() if at < oldest]

    def ready(self) -> list[str]:
        """Say why usage is not charged as it comes, if it is not."""
        if self._consumer is None:
            return ["not connected to Kafka and Postgres yet"]
        if not self._beats or self._consumer.newly_assigned():
            return ["taking partitions over"]
        lag_s = self._consumer.lag.worst_s()
        if lag_s > self._settings.ready_lag_s:
            return [f"{lag_s:.0f} s behind"]
        return self.alive()
