"""A simulated payment service beside a stack that runs already."""

import asyncio
from collections.abc import Callable

from worker.app.run_worker import stop_on_signals
from worker.kafka.topics import wait_for_topics
from worker.settings.model import Settings
from worker.simulators.payment_book import Answer
from worker.simulators.payment_manner import Manner
from worker.simulators.payment_service import PaymentService


async def simulate_payments(
    settings: Settings, manner: Manner, for_s: float | None, tell: Callable[[Answer], None]
) -> PaymentService:
    """Answer until Ctrl-C, SIGTERM or the end of the time; return the service with what it has counted.

    Raises `MissingTopicsError` where nobody has made the topics.
    """
    stop = stop_on_signals()
    topics = settings.topics
    await wait_for_topics(settings.kafka, (topics.recharges, topics.payments))
    if for_s is not None:
        asyncio.get_running_loop().call_later(for_s, stop.set)
    service = PaymentService(settings.kafka, topics.model_dump(), manner=manner, tell=tell)
    await service.run(stop)
    return service
