"""`talktime accounts` as it would run in a process of its own."""

import asyncio
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from worker.cli.main import app
from worker.settings.model import Settings

OPEN = ("open", "acme", "--currency", "USD", "--timezone", "Europe/Berlin", "--rate-deck", "standard")


class Accounts:
    """Gives exit codes and what was printed."""

    async def __call__(self, *arguments: str) -> tuple[int, Any]:
        code, text, _ = await self.text(*arguments, "--json")
        return code, json.loads(text) if text else None

    async def text(self, *arguments: str) -> tuple[int, str, str]:
        """Answer as to a person, complaints apart."""
        result = await asyncio.to_thread(CliRunner().invoke, app, ["accounts", *arguments])
        return result.exit_code, result.stdout, result.stderr or str(result.exception)


def point_at(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKTIME_POSTGRES_DSN", settings.postgres.dsn)
    monkeypatch.setenv("TALKTIME_KAFKA_BOOTSTRAP_SERVERS", settings.kafka.bootstrap_servers)
    monkeypatch.setenv("TALKTIME_TOPIC_PREFIX", settings.topics.prefix)
