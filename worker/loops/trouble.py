"""Trouble: which failures of the world pass by themselves, and how long to wait for that."""

import asyncio
from typing import Final

import asyncpg

from worker.kafka.connection import KafkaUnreachableError

# Serialization, deadlock, lock not available, admin shutdown and crash, too many connections, read-only
# after a switchover, our own time-out: the transaction did nothing, or its position tells what it did.
PASSING_STATES: Final = frozenset({"40001", "40P01", "55P03", "53300", "25006", "57014", "25P03"})
PASSING_CLASSES: Final = frozenset({"08", "57"})
LOCKED: Final = "55P03"
READ_ONLY: Final = "25006"

# What a server that went away makes the client libraries raise; the last when it went during a commit.
BROKEN: Final = (
    OSError,
    TimeoutError,
    KafkaUnreachableError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

# What a server that is away, or refuses, makes the client library raise.
PASSING: Final = (asyncpg.PostgresError, *BROKEN)

# What one bad value does: data exceptions and integrity violations.
BAD_DATA_CLASSES: Final = frozenset({"22", "23"})

FIRST_WAIT_S: Final = 0.05
LONGEST_WAIT_S: Final = 5.0


def sqlstate(error: BaseException) -> str:
    """Give the server's code, '' when the failure is not the server's."""
    return str(getattr(error, "sqlstate", None) or "")


def passes(error: BaseException) -> bool:
    """Say whether the same transaction may succeed later."""
    if isinstance(error, asyncpg.PostgresError):
        state = sqlstate(error)
        return state in PASSING_STATES or state[:2] in PASSING_CLASSES or lacks_a_day(error)
    return isinstance(error, BROKEN)


def is_bad_data(error: BaseException) -> bool:
    """Say whether one record's values may be at fault."""
    return sqlstate(error)[:2] in BAD_DATA_CLASSES and not lacks_a_day(error)


def lacks_a_day(error: BaseException) -> bool:
    """Say whether the ledger's table of a day is missing: the upkeep makes it, no record is at fault.

    The server says that a row fits no partition; where a value is refused it names the constraint.
    """
    names_constraint = bool(getattr(error, "constraint_name", None))
    return isinstance(error, asyncpg.CheckViolationError) and not names_constraint


def label(error: BaseException) -> str:
    """Name a failure for the metrics."""
    return sqlstate(error)[:2] or type(error).__name__


class Patience:
    """Waits longer after each failure in a row, and not at all once told to stop."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._wait_s = FIRST_WAIT_S

    def calm(self) -> None:
        """Start again with short waits."""
        self._wait_s = FIRST_WAIT_S

    async def wait(self) -> None:
        """Wait, twice as long as the last time."""
        await pause(self._stop, self._wait_s)
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)


async def pause(stop: asyncio.Event, seconds: float, wake: asyncio.Event | None = None) -> None:
    """Wait so long, or until there is something to do or to stop for."""
    waits = {asyncio.ensure_future(event.wait()) for event in (stop, wake) if event is not None}
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    if wake is not None:
        wake.clear()
