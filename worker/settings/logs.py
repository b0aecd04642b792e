"""Logs: structlog in front, the standard library's loggers behind, all of it on standard error."""

import logging
import sys
from typing import Final, Literal, TextIO

import structlog

from worker.settings.log_rate import CHATTY, RateLimit

# At debug level the Kafka client logs keys and values, which hold phone numbers.
CHATTY_LEVEL: Final = logging.INFO
SHARED: Final[tuple[structlog.typing.Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


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
