"""The servers of the integration tests, with a deck loaded and topics made, for tests that break things."""

import pytest

from tests.faults.published_events import DECK
from tests.integration import servers
from tests.integration.conftest import (
    bootstrap_servers,
    dsn,
    kafka,
    pool,
    postgres_dsn,
    template,
    topic_prefix,
    topics,
)
from worker.domain.tariff import NewVersion, VersionTerms
from worker.domain.tariff_row import TariffRow
from worker.postgres.transaction import Database
from worker.settings.model import Settings
from worker.settings.servers import Kafka, Postgres
from worker.settings.topics import Topics
from worker.transactions.import_deck import import_deck

__all__ = [
    "bootstrap_servers",
    "dsn",
    "kafka",
    "pool",
    "postgres_dsn",
    "template",
    "topic_prefix",
    "topics",
]


@pytest.fixture
def settings(kafka: Kafka, topics: Topics, dsn: str) -> Settings:
    """Short sessions where the broker allows them: the embedded one lets a new group wait for half of one."""
    if not servers.broker_is_apache_kafka():
        hasty = {"session_timeout_s": 2, "rebalance_timeout_s": 2, "heartbeat_s": 0.5}
        kafka = kafka.model_copy(update=hasty)
    return Settings(kafka=kafka, topics=topics, postgres=Postgres(dsn=dsn))


@pytest.fixture
async def deck(pool: Database) -> None:
    """A cent a minute, wherever the call goes; a number that begins with 999 has no price."""
    await import_deck(pool, cheap_deck())


def cheap_deck() -> NewVersion:
    rows = [TariffRow("", "", "", str(digit), "anywhere", 0, 0, 10_000) for digit in range(1, 9)]
    return NewVersion(DECK, "USD", VersionTerms(0, "UTC"), rows)
