"""A limit on the log lines of a library that has much to say while its servers are away."""

import logging
import time
from collections import Counter
from typing import Final

# A broker that is away makes it log a thousand lines a second.
CHATTY: Final = "aiokafka"
CHATTY_LINES: Final = 20
CHATTY_WINDOW_S: Final = 10.0


class RateLimit(logging.Filter):
    """Lets a few lines of one kind through each window, and then says how many it kept back."""

    def __init__(self, lines: int = CHATTY_LINES, window_s: float = CHATTY_WINDOW_S) -> None:
        super().__init__()
        self._lines = lines
        self._window_s = window_s
        self._since_s = float("-inf")
        self._seen: Counter[str] = Counter()
        self._kept_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide about one line; only those of the chatty library are counted."""
        if not record.name.startswith(CHATTY):
            return True
        now_s = time.monotonic()
        if now_s - self._since_s > self._window_s:
            if self._kept_back:
                record.msg = f"{record.msg} ({self._kept_back} lines like those before were left out)"
            self._since_s, self._kept_back = now_s, 0
            self._seen.clear()
        kind = str(record.msg)
        self._seen[kind] += 1
        if self._seen[kind] <= self._lines:
            return True
        self._kept_back += 1
        return False
