import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from tests.integration.cases.conftest import built
from tests.integration.cases.events import call, credit, opened
from worker.cli.main import app
from worker.postgres.transaction import Database

PARK = """
    INSERT INTO parked (
        cell, park_id, tenant_id, reason, field, detail, source, event_id, event_key, content_hash,
        started_s, generation, cluster_id, topic, partition, "offset", header_names, header_values, parked_at
    )
    VALUES (
        0, $1, $2, $3, '', 'waits', 's', 'e', $1, 0, 0, 0, 'c', $4, 1, 7, '{}', '{}', '2026-01-01T00:00:00Z'
    )
"""


class Parked:
    async def __call__(self, *arguments: str) -> tuple[int, Any]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["parked", *arguments, "--json"])
        return result.exit_code, json.loads(result.stdout) if result.stdout else None


@pytest.fixture
def parked(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Parked:
    monkeypatch.setenv("TALKTIME_POSTGRES_DSN", dsn)
    return Parked()


async def park(pool: Database, tenant: str, reason: str, topic: str = "talktime.usage") -> str:
    park_id = uuid4()
    await pool.execute(PARK, park_id, tenant, reason, topic)
    return str(park_id)


async def closed(pool: Database) -> dict[str, str | None]:
    rows = await pool.fetch("SELECT park_id, closed_as FROM parked")
    return {str(row["park_id"]): row["closed_as"] for row in rows}


async def test_what_is_parked_now_is_listed(parked: Parked, pool: Database) -> None:
    usage = await park(pool, "acme", "too_old")
    setting = await park(pool, "globex", "not_yet", "talktime.accounts")
    await parked("discard", await park(pool, "acme", "conflict"))

    code, listed = await parked("list")
    _, too_old = await parked("list", "--reason", "too_old")
    _, of_globex = await parked("list", "--tenant", "globex")

    assert code == 0
    assert {row["park_id"] for row in listed} == {usage, setting}
    assert too_old == [
        {
            "park_id": usage,
            "reason": "too_old",
            "tenant_id": "acme",
            "usage": {"source": "s", "id": "e"},
            "topic": "talktime.usage",
            "partition": 1,
            "offset": 7,
            "at": "2026-01-01T00:00:00Z",
            "detail": "waits",
            "estimated_amount": None,
        }
    ]
    assert [(row["park_id"], row["usage"]) for row in of_globex] == [(setting, None)]


async def test_nothing_parked_is_bad_news(parked: Parked) -> None:
    assert await parked("list") == (1, [])
    assert (await parked("discard", "--all"))[0] == 1


async def test_only_what_is_chosen_is_discarded_and_a_dry_run_discards_nothing(
    parked: Parked, pool: Database
) -> None:
    old = [await park(pool, "acme", "too_old") for _ in range(250)]
    other = await park(pool, "acme", "conflict")

    tried = await parked("discard", "--all", "--reason", "too_old", "--dry-run")
    untouched = set((await closed(pool)).values())
    done = await parked("discard", "--all", "--reason", "too_old")

    assert tried == (0, {"discarded": 250, "not_found": 0, "dry_run": True})
    assert untouched == {None}
    assert done == (0, {"discarded": 250, "not_found": 0, "dry_run": False})
    assert await closed(pool) == dict.fromkeys(old, "discarded") | {other: None}


async def test_a_record_that_is_closed_or_unknown_is_not_found(parked: Parked, pool: Database) -> None:
    one = await park(pool, "acme", "conflict")

    first = await parked("discard", one)
    again = await parked("discard", one, str(uuid4()))

    assert first == (0, {"discarded": 1, "not_found": 0, "dry_run": False})
    assert again == (1, {"discarded": 0, "not_found": 2, "dry_run": False})


@pytest.mark.parametrize(
    "arguments",
    [
        ("discard",),
        ("discard", "not-an-id"),
        ("discard", str(uuid4()), "--all"),
        ("retry", str(uuid4()), "--reason", "conflict"),
        ("retry", "--all", "--reason", "unheard_of"),
        ("list", "--reason", "not_json"),
    ],
)
async def test_a_choice_that_means_nothing_or_two_things_is_wrong_usage(
    parked: Parked, arguments: tuple[str, ...]
) -> None:
    assert (await parked(*arguments))[0] == 2


async def test_a_retry_tells_what_became_of_it(
    bootstrap_servers: str, postgres_dsn: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with built(bootstrap_servers, postgres_dsn, template) as house:
        monkeypatch.setenv("TALKTIME_POSTGRES_DSN", house.settings.postgres.dsn)
        async with house.working():
            await house.charge(
                opened("acme"), call("acme"), call("acme", rated_number="8615123456"), credit("acme", "5")
            )
            waiting = await Parked()("list")
            code, counts = await Parked()("retry", "--all")
        after = await Parked()("retry", "--all")

    assert [(row["reason"], row["tenant_id"]) for row in waiting[1]] == [("unrated", "acme")]
    assert (code, counts) == (0, {"retried": 1, "parked": 1, "not_found": 0, "dry_run": False})
    assert after == (0, {"retried": 1, "waiting": 1, "not_found": 0, "dry_run": False})
