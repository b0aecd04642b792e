"""Connections: how any client of ours reaches the brokers, and what it says when it cannot."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

from aiokafka.errors import KafkaConnectionError, UnknownError
from aiokafka.helpers import create_ssl_context

from worker.settings.servers import Kafka

CLIENT_ID: Final = "talktime"
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0

log: Final = logging.getLogger(__name__)


class KafkaUnreachableError(Exception):
    """No broker took us in before the deadline; the message says what the client library last logged."""


class Starts(Protocol):
    """A client that must be started."""

    async def start(self) -> None:
        """Connect."""


ClientT = TypeVar("ClientT", bound=Starts)


def client_options(kafka: Kafka) -> dict[str, object]:
    """Give what every client of the library takes: addresses, identity, protection."""
    options: dict[str, object] = {
        "bootstrap_servers": kafka.bootstrap_servers.split(","),
        "client_id": CLIENT_ID,
        "request_timeout_ms": round(kafka.request_timeout_s * 1000),
        "metadata_max_age_ms": round(kafka.metadata_max_age_s * 1000),
        "security_protocol": kafka.security_protocol,
    }
    if kafka.security_protocol.endswith("SSL"):
        options["ssl_context"] = create_ssl_context(
            cafile=kafka.ssl_ca_file,
            certfile=kafka.ssl_certificate_file,
            keyfile=kafka.ssl_key_file,
            # Never None: OpenSSL would then ask a terminal for the password of a protected key.
            password=kafka.ssl_key_password.get_secret_value(),
        )
    if kafka.security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = kafka.sasl_mechanism
        options["sasl_plain_username"] = kafka.sasl_username
        options["sasl_plain_password"] = kafka.sasl_password.get_secret_value()
    return options


async def started(
    make: Callable[[], ClientT], close: Callable[[ClientT], Awaitable[None]], kafka: Kafka
) -> ClientT:
    """Make and start a client, a new one at each attempt, until the start deadline.

    Raises `KafkaUnreachableError`. A wrong password and a wrong protocol look like an absent broker; the
    library tells them apart in its log alone, so its last words become part of the error.
    """
    last_words = _LastWords()
    logging.getLogger("aiokafka").addHandler(last_words)
    pause_s = FIRST_PAUSE_S
    try:
        async with asyncio.timeout(kafka.start_deadline_s):
            while True:
                try:
                    return await _started_once(make(), close)
                except KafkaConnectionError:
                    await asyncio.sleep(pause_s)
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
    except TimeoutError:
        raise KafkaUnreachableError(
            f"Kafka at {kafka.bootstrap_servers} ({kafka.security_protocol}) did not take us in within"
            f" {kafka.start_deadline_s:g} s{last_words.quoted()}"
        ) from None
    finally:
        logging.getLogger("aiokafka").removeHandler(last_words)


async def _started_once(client: ClientT, close: Callable[[ClientT], Awaitable[None]]) -> ClientT:
    try:
        await client.start()
    except BaseException as error:
        await ended(close(client), within_s=LONGEST_PAUSE_S)
        if type(error) is UnknownError:
            raise KafkaUnreachableError(
                "Kafka refused to number a producer; if this broker knows no idempotent producers, set"
                " TALKTIME_KAFKA_IDEMPOTENCE=false"
            ) from error
        raise
    return client


async def ended(closing: Awaitable[None], *, within_s: float) -> bool:
    """Wait for a client to close, but no longer than this; return whether it did.

    In a task of its own: with the brokers away the library's `stop` hangs, or raises a `CancelledError` that
    nobody caused and that would end whoever awaits it.
    """
    task = asyncio.ensure_future(closing)
    done, _ = await asyncio.wait({task}, timeout=within_s)
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=within_s)
        return False
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("closing a Kafka client failed: %r", error)
    return not task.cancelled()


class _LastWords(logging.Handler):
    """Keeps the last complaint of the client library."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self._text = record.getMessage()

    def quoted(self) -> str:
        return f"; its client says: {self._text}" if self._text else ""
