"""The world around a local stack: tenants who call, and a payment service that answers."""

import asyncio
from typing import Final

from worker.embedded.stack import Stack
from worker.settings.load import load
from worker.simulators.deck import CURRENCY, DECK, EFFECTIVE_FROM, TIMEZONE, deck_file
from worker.simulators.payment_service import PaymentService
from worker.simulators.traffic import Traffic

LOAD_PRICES: Final = (
    *("rates", "import", str(deck_file()), "--deck", DECK, "--currency", CURRENCY),
    *("--timezone", TIMEZONE, "--effective-from", EFFECTIVE_FROM),
)


class World:
    """Simulated tenants at `rate` records a second, and, with `payments`, what pays for them."""

    def __init__(self, stack: Stack, *, rate: float, tenants: int, payments: bool) -> None:
        settings = load(variables=stack.environment)
        topics = settings.topics.model_dump()
        self._traffic = Traffic(settings.kafka, topics, rate=rate, tenants=tenants)
        self._payments = PaymentService(settings.kafka, topics) if payments else None
        self._quiet = asyncio.Event()
        self._over = asyncio.Event()
        # Set when the payment service must look at another broker's log.
        self._paused = asyncio.Event()

    @property
    def published(self) -> int:
        """How many records the tenants have published."""
        return self._traffic.published

    async def run(self) -> None:
        """Let the tenants call until the world is over; their prices must have been loaded."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._traffic.run(self._quiet))
            group.create_task(self._pay())

    def renew(self) -> None:
        """Hear that the broker has forgotten everything."""
        self._paused.set()

    def hush(self) -> None:
        """Let the tenants stop calling; payments are still answered."""
        self._quiet.set()

    def end(self) -> None:
        """Let `run` return."""
        self._quiet.set()
        self._over.set()
        self._paused.set()

    async def _pay(self) -> None:
        while self._payments is not None and not self._over.is_set():
            self._paused.clear()
            await self._payments.run(self._paused)
