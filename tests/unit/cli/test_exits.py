import asyncio
import socket

import asyncpg
import pytest
from aiokafka.errors import IllegalStateError, RequestTimedOutError

from worker.cli.exits import BAD_NEWS, CommandError, Failure, failure
from worker.kafka.connection import KafkaUnreachableError
from worker.kafka.topics import MissingTopicsError
from worker.loops.refusal_watch import RefusedLimitError
from worker.settings.complaint import SettingsError


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (CommandError(BAD_NEWS, "no such tenant"), 1, "no such tenant"),
        (SettingsError(("A: no", "B: no")), 3, "A: no\nB: no"),
        (KafkaUnreachableError("Kafka is away"), 4, "Kafka is away"),
        (MissingTopicsError("no topic x"), 4, "no topic x"),
        (RequestTimedOutError("late"), 4, "Kafka failed: RequestTimedOutError('late')"),
        (ConnectionRefusedError(111, "refused"), 4, "a server cannot be reached: [Errno 111] refused"),
        (socket.gaierror(-2, "unknown name"), 4, "a server cannot be reached: [Errno -2] unknown name"),
        (RefusedLimitError("too many"), 5, "too many"),
        (TimeoutError(), 4, "a server cannot be reached: TimeoutError"),
        (asyncpg.InvalidPasswordError("no"), 4, "Postgres does not serve us: no"),
        (asyncpg.CannotConnectNowError("starting"), 4, "Postgres does not serve us: starting"),
        (
            asyncpg.InterfaceError("connection is closed"),
            4,
            "the connection to Postgres broke: connection is closed",
        ),
        (FileNotFoundError(2, "No such file", "x.csv"), 2, "x.csv: No such file"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (IllegalStateError("not assigned"), 70, ""),
        (ZeroDivisionError(), 70, ""),
        (AssertionError(), 70, ""),
        (asyncpg.UniqueViolationError("twice"), 70, ""),
    ],
    ids=repr,
)
def test_a_failure_has_a_code_and_a_sentence(error: BaseException, code: int, sentence: str) -> None:
    assert failure(error) == Failure(code, sentence)


def test_a_database_without_its_schema_says_what_makes_it() -> None:
    found = failure(asyncpg.UndefinedTableError('relation "account" does not exist'))

    assert found.code == 4
    assert "talktime migrate" in found.sentence


async def test_of_several_failures_at_once_a_bug_counts_first() -> None:
    async def fails(error: Exception) -> None:
        await asyncio.sleep(0)
        raise error

    async def together(*errors: Exception) -> None:
        async with asyncio.TaskGroup() as group:
            for error in errors:
                group.create_task(fails(error))

    with pytest.raises(ExceptionGroup) as bad_world:
        await together(KafkaUnreachableError("away"), TimeoutError())
    with pytest.raises(ExceptionGroup) as bad_code:
        await together(KafkaUnreachableError("away"), ZeroDivisionError())

    assert failure(bad_world.value).code == 4
    assert failure(bad_code.value).code == 70
