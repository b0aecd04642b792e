import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from tests.integration.cases.conftest import built
from tests.integration.cases.events import Sent, opened
from worker.cli.main import app
from worker.postgres.transaction import Database

BURY = """
    INSERT INTO dead_letter (
        cell, cluster_id, topic, partition, "offset", dead_letter_id, reason, field, detail, record_key,
        header_names, header_values, value, rejected_at
    )
    VALUES (
        0, 'c', 'talktime.usage', 1, $1, $2, $3, 'data.duration_s', 'too long', 'acme',
        '{x-call,x-raw}', ARRAY['+4930123456'::bytea, '\\xff00'::bytea], $4, '2026-01-01T00:00:00Z'
    )
"""


class DeadLetters:
    async def __call__(self, *arguments: str) -> tuple[int, Any]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["dead-letters", *arguments, "--json"])
        return result.exit_code, json.loads(result.stdout) if result.stdout else None


@pytest.fixture
def dead_letters(dsn: str, monkeypatch: pytest.MonkeyPatch) -> DeadLetters:
    monkeypatch.setenv("TALKTIME_POSTGRES_DSN", dsn)
    return DeadLetters()


async def bury(
    pool: Database, offset: int, reason: str = "schema_invalid", value: bytes | None = b"{}"
) -> str:
    letter_id = uuid4()
    await pool.execute(BURY, offset, letter_id, reason, value)
    return str(letter_id)


async def test_dead_letters_are_listed_in_the_order_of_their_records(
    dead_letters: DeadLetters, pool: Database
) -> None:
    second, first = await bury(pool, 8, "not_json"), await bury(pool, 7)

    code, listed = await dead_letters("list")
    _, not_json = await dead_letters("list", "--reason", "not_json")

    assert (code, [row["dead_letter_id"] for row in listed]) == (0, [first, second])
    assert not_json == [
        {
            "dead_letter_id": second,
            "reason": "not_json",
            "field": "data.duration_s",
            "detail": "too long",
            "topic": "talktime.usage",
            "partition": 1,
            "offset": 8,
            "at": "2026-01-01T00:00:00Z",
        }
    ]


async def test_a_dead_letter_is_shown_whole_but_for_what_may_be_a_number(
    dead_letters: DeadLetters, pool: Database
) -> None:
    one = await bury(pool, 7, value='{"rated_number": "+4930123456", "für": 60}'.encode())

    code, (shown,) = await dead_letters("show", one)
    _, (revealed,) = await dead_letters("show", one, "--reveal")

    assert code == 0
    assert shown["key"] == {"text": "acme"}
    assert shown["value"] == {"text": '{"rated_number": "+4930******", "für": 60}'}
    assert shown["headers"] == [
        {"name": "x-call", "text": "+4930******"},
        {"name": "x-raw", "base64": "/wA="},
    ]
    assert (shown["settled_at"], shown["settled_as"]) == (None, None)
    assert "+4930123456" in revealed["value"]["text"]


async def test_a_tombstone_has_no_value(dead_letters: DeadLetters, pool: Database) -> None:
    _, (shown,) = await dead_letters("show", await bury(pool, 7, "tombstone", None))

    assert shown["value"] is None


async def test_a_replay_promises_the_same_record_on_the_same_topic_and_settles_it_once(
    dead_letters: DeadLetters, pool: Database
) -> None:
    values = [b"first", b"second", None]
    for offset, value in enumerate(values):
        await bury(pool, offset, value=value)

    tried = await dead_letters("replay", "--all", "--dry-run")
    done = await dead_letters("replay", "--all")
    again = await dead_letters("replay", "--all")

    assert tried == (0, {"replayed": 3, "not_found": 0, "dry_run": True})
    assert done == (0, {"replayed": 3, "not_found": 0, "dry_run": False})
    assert again == (1, {"replayed": 0, "not_found": 0, "dry_run": False})
    promised = await pool.fetch("SELECT * FROM outbox ORDER BY sequence")
    assert [row["value"] for row in promised] == values
    assert {(row["account_id"], row["topic"], row["record_key"]) for row in promised} == {
        (0, "talktime.usage", b"acme")
    }
    assert promised[0]["header_names"] == ["x-call", "x-raw"]
    assert promised[0]["header_values"] == [b"+4930123456", b"\xff\x00"]
    assert await dead_letters("list") == (1, [])


async def test_what_is_discarded_is_not_replayed(dead_letters: DeadLetters, pool: Database) -> None:
    one, other = await bury(pool, 7), await bury(pool, 8)

    discarded = await dead_letters("discard", one)
    replayed = await dead_letters("replay", one, other)

    assert discarded == (0, {"discarded": 1, "not_found": 0, "dry_run": False})
    assert replayed == (1, {"replayed": 1, "not_found": 1, "dry_run": False})
    _, (shown,) = await dead_letters("show", one)
    assert shown["settled_as"] == "discarded"


async def test_what_is_not_there_is_bad_news(dead_letters: DeadLetters) -> None:
    assert await dead_letters("list") == (1, [])
    assert await dead_letters("show", str(uuid4())) == (1, [])
    assert (await dead_letters("discard", "--all", "--reason", "too_old"))[0] == 2


async def test_a_replayed_record_is_read_again_and_told_apart_by_its_new_place(
    bootstrap_servers: str, postgres_dsn: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with built(bootstrap_servers, postgres_dsn, template) as house:
        monkeypatch.setenv("TALKTIME_POSTGRES_DSN", house.settings.postgres.dsn)
        command = DeadLetters()
        async with house.working():
            await house.charge(opened("acme"), Sent("usage", b"acme", b"no event"))
            _, (first,) = await command("list")
            await command("replay", first["dead_letter_id"])

            async def is_back() -> list[dict[str, Any]]:
                return [row for row in (await command("list"))[1] if row["offset"] != first["offset"]]

            (second,) = await house.until(is_back)

    assert (second["topic"], second["reason"]) == (first["topic"], first["reason"])
