"""`talktime audit` as it would run in a process of its own."""

import asyncio
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.integration.cases.house import House
from worker.cli.main import app

CHECKS = (
    "conservation", "books", "lots", "each_lot", "bundles", "entry_lines", "one_open_request", "triggers",
)  # fmt: skip


class AuditCommand:
    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TALKTIME_POSTGRES_DSN", house.settings.postgres.dsn)

    async def __call__(self, *arguments: str) -> tuple[int, Any]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["audit", "--json", *arguments])
        return result.exit_code, json.loads(result.stdout)


def broken(document: dict[str, Any]) -> set[str]:
    return {check["name"] for check in document["checks"] if not check["ok"]}
