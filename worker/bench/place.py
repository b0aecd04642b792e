"""Places: where one measurement is made, and nothing else happens."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from worker.settings.model import Settings


class BenchFailedError(Exception):
    """What was measured did not do its work, so its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Process:
    """A running child; `exit_code` gives None while it lives."""

    pid: int
    exit_code: Callable[[], int | None]
    stop: Callable[[], Awaitable[None]]


class Place(Protocol):
    """A database and topics of one measurement's own; everything else on the servers stands still."""

    @property
    def settings(self) -> Settings:
        """How to reach them."""

    @property
    def postmaster(self) -> int | None:
        """The database server's first process; None when it is not on this machine or not ours."""

    async def start_worker(self) -> Process:
        """Start `talktime worker`; it is ready."""

    async def start_naive(self, connections: int) -> Process:
        """Start the naive worker; it is not yet known to be ready."""

    async def audit(self) -> float:
        """Run `talktime audit` and give the seconds that it took; raises when it finds anything."""


# Makes a place for a measurement and clears it away afterwards.
MakePlace = Callable[[], AbstractAsyncContextManager[Place]]
