"""Supervision: a server that dies is started again, a few times."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from worker.embedded.child import Child, ServerFailedError

RESTARTS: Final = 5
FIRST_WAIT_S: Final = 0.2
# Who has lived that long begins a new count.
STEADY_S: Final = 60.0

log: Final = structlog.get_logger(__name__)


class GaveUpError(Exception):
    """A server died more often than it is started again; the text carries the end of its log."""


class Server(Protocol):
    """What can be supervised: Postgres, the broker, or a command of ours."""

    @property
    def child(self) -> Child:
        """The process of the latest start."""

    async def start(self) -> object:
        """Start, or start again at the same address; return once it answers."""

    async def stop(self) -> None:
        """End it in good order."""


class Supervised:
    """A started server that is kept alive. `afterwards` runs after each start again that a death caused."""

    def __init__(self, server: Server, *, afterwards: Callable[[], Awaitable[None]] | None = None) -> None:
        self._server = server
        self._afterwards = afterwards
        # One start at a time: by a death or on purpose.
        self._turn = asyncio.Lock()

    async def keep(self) -> None:
        """Start the server again whenever it dies, until cancelled.

        Raises `GaveUpError` at the death that follows five starts again.
        """
        deaths = 0
        while True:
            child = self._server.child
            born_s = time.monotonic()
            await child.wait()
            async with self._turn:
                if child is not self._server.child:
                    # Renewed on purpose.
                    continue
                if time.monotonic() - born_s > STEADY_S:
                    deaths = 0
                deaths = await self._revive(child, deaths + 1)
            if self._afterwards is not None:
                await self._afterwards()
            log.info("a server is back", server=child.name)

    async def renew(self) -> None:
        """Stop the server and start it again; that is no death."""
        async with self._turn:
            await self._server.stop()
            await self._server.start()

    async def _revive(self, child: Child, deaths: int) -> int:
        """Start again until it works; return how many deaths that makes."""
        failure = child.failure(f"ended with {child.exit_code}")
        while deaths <= RESTARTS:
            wait_s = FIRST_WAIT_S * 2 ** (deaths - 1)
            log.warning("a server died", server=child.name, restart=deaths, of=RESTARTS, wait_s=wait_s)
            await asyncio.sleep(wait_s)
            try:
                await self._server.start()
            except ServerFailedError as error:
                failure = error
                deaths += 1
            else:
                return deaths
        raise GaveUpError(f"{child.name} died {deaths} times, so we stop. The last time {failure}")
