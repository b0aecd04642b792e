"""Heartbeats: each loop says when it goes round, and anybody can ask who has been silent."""

import time
from collections.abc import Mapping
from functools import partial

from worker.metrics.process import LOOP_SILENCE_SECONDS


class Heartbeats:
    """The loops of one process by name; a loop counts from its first beat until it ends."""

    def __init__(self) -> None:
        self._beaten_at_s: dict[str, float] = {}

    def beat(self, loop: str) -> None:
        """Say that a loop goes round."""
        if loop not in self._beaten_at_s:
            LOOP_SILENCE_SECONDS.labels(loop).set_function(partial(self._silence_s, loop))
        self._beaten_at_s[loop] = time.monotonic()

    def end(self, loop: str) -> None:
        """Say that a loop has ended as it should."""
        if self._beaten_at_s.pop(loop, None) is not None:
            LOOP_SILENCE_SECONDS.remove(loop)

    def silences_s(self) -> Mapping[str, float]:
        """Give the time since each loop's last beat."""
        return {loop: self._silence_s(loop) for loop in self._beaten_at_s}

    def silent(self, longer_than_s: float) -> list[str]:
        """Name the loops that have been silent for longer, each with how long, in words."""
        return [
            f"loop {loop} has been silent for {silence_s:.0f} s"
            for loop, silence_s in self.silences_s().items()
            if silence_s > longer_than_s
        ]

    def _silence_s(self, loop: str) -> float:
        return time.monotonic() - self._beaten_at_s[loop]
