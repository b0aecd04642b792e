"""Exits: what a command's failure means to whoever called it, as a code and a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

DONE: Final = 0
BAD_NEWS: Final = 1
WRONG_USAGE: Final = 2
SETTINGS_INVALID: Final = 3
SERVER_AWAY: Final = 4
REFUSED_LIMIT: Final = 5
BUG: Final = 70
INTERRUPTED: Final = 130


class CommandError(Exception):
    """A command's own failure: the sentence is all that its user needs."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Failure:
    """How a command ended; a bug has no sentence, its report has."""

    code: int
    sentence: str


def failure(error: BaseException) -> Failure:
    """Read an error that reached the top; of several at once a bug counts first, then the first."""
    found = [_single(leaf) for leaf in _leaves(error)]
    return next((one for one in found if one.code == BUG), found[0])


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error


def _single(error: BaseException) -> Failure:
    if isinstance(error, CommandError):
        return Failure(error.code, str(error))
    if isinstance(error, KeyboardInterrupt):
        return Failure(INTERRUPTED, "interrupted")
    return (
        _of_refusals(error)
        or _of_settings(error)
        or _of_kafka(error)
        or _of_postgres(error)
        or _of_system(error)
        or Failure(BUG, "")
    )


def _of_refusals(error: BaseException) -> Failure | None:
    from worker.loops.refusal_watch import RefusedLimitError

    return Failure(REFUSED_LIMIT, str(error)) if isinstance(error, RefusedLimitError) else None


def _of_settings(error: BaseException) -> Failure | None:
    from worker.settings.complaint import SettingsError

    return Failure(SETTINGS_INVALID, str(error)) if isinstance(error, SettingsError) else None


def _of_kafka(error: BaseException) -> Failure | None:
    from aiokafka.errors import IllegalStateError, KafkaError

    from worker.kafka.connection import KafkaUnreachableError
    from worker.kafka.topics import MissingTopicsError, TopicRefusedError

    if isinstance(error, KafkaUnreachableError | MissingTopicsError | TopicRefusedError):
        return Failure(SERVER_AWAY, str(error))
    if isinstance(error, KafkaError) and not isinstance(error, IllegalStateError):
        return Failure(SERVER_AWAY, f"Kafka failed: {error!r}")
    return None


def _of_postgres(error: BaseException) -> Failure | None:
    import asyncpg

    from worker.postgres.migrate import MigrationChangedError

    if isinstance(error, MigrationChangedError):
        return Failure(SERVER_AWAY, str(error))
    if isinstance(error, asyncpg.UndefinedTableError):
        return Failure(SERVER_AWAY, f"the database is not ready ({error}); `talktime migrate` makes it so")
    refusals = (
        asyncpg.PostgresConnectionError,
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
        asyncpg.CannotConnectNowError,
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
        asyncpg.TooManyConnectionsError,
        asyncpg.ReadOnlySQLTransactionError,
    )
    if isinstance(error, refusals):
        return Failure(SERVER_AWAY, f"Postgres does not serve us: {error}")
    if isinstance(error, asyncpg.InterfaceError) and "closed" in str(error):
        return Failure(SERVER_AWAY, f"the connection to Postgres broke: {error}")
    return None


def _of_system(error: BaseException) -> Failure | None:
    import socket

    if isinstance(error, ConnectionError | TimeoutError | socket.gaierror):
        return Failure(SERVER_AWAY, f"a server cannot be reached: {str(error) or type(error).__name__}")
    if isinstance(error, OSError) and error.filename is not None:
        return Failure(WRONG_USAGE, f"{error.filename}: {error.strerror}")
    return None
