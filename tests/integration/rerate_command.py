"""`talktime rates rerate` as it would run in a process of its own."""

import asyncio
import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.integration.cases.house import House
from worker.cli.main import app


class RerateCommand:
    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TALKTIME_POSTGRES_DSN", house.settings.postgres.dsn)

    async def __call__(self, *options: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["rates", "rerate", *options])

    async def json(self, *options: str) -> tuple[int, Any]:
        result = await self(*options, "--json")
        return result.exit_code, json.loads(result.stdout)
