"""Logs: structlog in front, the standard library's loggers behind, all of it on standard error."""

import logging
import sys
import time
from collections import Counter
from typing import Final, Literal, TextIO

import structlog

# At debug level this client logs keys and values, which hold phone numbers.
CHATTY: Final = "aiokafka"
CHATTY_LEVEL: Final = logging.INFO
# A broker that is away makes it log a thousand lines a second.
CHATTY_LINES: Final = 20
CHATTY_WINDOW_S: Final = 10.0

SHARED: Final[tuple[structlog.typing.Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


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


def configure_logs(
    style: Literal["console", "json"], level: str = "info", *, stream: TextIO = sys.stderr
) -> None:
    """Send every line, ours and the libraries', through one handler in one style.

    Tracebacks never show local variables: those hold numbers and passwords.
    """
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    final: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if style == "json":
        final += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        final += [
            structlog.dev.ConsoleRenderer(
                colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=SHARED, processors=final))
    handler.addFilter(RateLimit())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    chatty = logging.getLogger(CHATTY)
    chatty.setLevel(max(CHATTY_LEVEL, root.level))
