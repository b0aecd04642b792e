"""`talktime rates`, as it would run in a process of its own."""

import asyncio
import json
from typing import Any

import typer
from typer.testing import CliRunner

from worker.cli.rates import register

WINDOWS = (
    "prefix,label,price_per_minute,weekdays,from_time,to_time\n"
    "49,Germany,0.6,mon-fri,08:00,18:00\n49,Germany,0.12,mon-fri,18:00,08:00\n"
    '49,Germany,0.06,"sat,sun",,\n50,,0.01,,,\n'
)
TERMS = ["--currency", "USD", "--timezone", "Europe/Berlin", "--effective-from", "2026-01-01T00:00:00Z"]
LATER = [*TERMS[:-1], "2999-01-01T00:00:00Z"]


class Rates:
    """The command, as it would run in a process of its own."""

    async def __call__(self, *arguments: str) -> tuple[int, Any]:
        code, text = await self.text(*arguments, "--json")
        return code, json.loads(text) if text else None

    async def text(self, *arguments: str) -> tuple[int, str]:
        """Answer as to a person."""
        app = typer.Typer()
        register(app)
        result = await asyncio.to_thread(CliRunner().invoke, app, ["rates", *arguments])
        return result.exit_code, result.stdout
