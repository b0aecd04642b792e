"""Events that the CloudEvents SDK writes are charged like our own, in both modes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from tests.faults.books import balances, drained, outcomes, prove
from tests.faults.conftest import (
    bootstrap_servers,
    deck,
    dsn,
    kafka,
    pool,
    postgres_dsn,
    settings,
    template,
    topic_prefix,
    topics,
)
from tests.faults.published_events import DECK, MINUTE_MICROS, Published, publish
from tests.faults.worker_process import working
from worker.postgres.transaction import Database
from worker.settings.model import Settings

__all__ = [
    "bootstrap_servers",
    "deck",
    "dsn",
    "kafka",
    "pool",
    "postgres_dsn",
    "settings",
    "template",
    "topic_prefix",
    "topics",
]

Write = Callable[[CloudEvent], KafkaMessage]

STARTED: Final = datetime.now(UTC) - timedelta(hours=1)
CALL: Final = {
    "tenant_id": "acme",
    "service": "outbound",
    "rated_number": "+4930123456",
    "number_type": "toll",
    "started_at": STARTED.isoformat(),
    "duration_s": 60,
}
OPENING: Final = {"tenant_id": "acme", "currency": "USD", "timezone": "UTC", "rate_deck": DECK}
CREDIT: Final = {
    "tenant_id": "acme",
    "payment_id": "first",
    "amount": "1.00",
    "currency": "USD",
    "kind": "purchase",
}
CONFERENCE: Final = {
    "tenant_id": "acme",
    "conference_id": "weekly",
    "organizer_id": "user-1",
    "legs": [
        {name: value for name, value in CALL.items() if name != "tenant_id"}
        | {"leg_id": str(number), "service": "dial_out"}
        for number in range(3)
    ],
}


def written(topic: str, event_id: str, kind: str, data: dict[str, Any], write: Write) -> Published:
    """Write an event as a program that uses the SDK does: its defaults, a partition key, an extension."""
    event = CloudEvent(
        attributes={
            "specversion": "1.0",
            "id": event_id,
            "source": "https://telephony.example.com/exchange",
            "type": f"talktime.{kind}.v1",
            "time": STARTED,
            "datacontenttype": "application/json",
            "partitionkey": data["tenant_id"],
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        },
        data=data,
    )
    message = write(event)
    key = message.key.encode() if isinstance(message.key, str) else message.key
    return Published(topic, key, message.value, list(message.headers.items()))


@pytest.mark.parametrize(
    ("write", "again"),
    [
        pytest.param(to_structured_event, to_binary_event, id="structured"),
        pytest.param(to_binary_event, to_structured_event, id="binary"),
    ],
)
@pytest.mark.usefixtures("deck")
async def test_what_the_sdk_writes_is_charged_once_in_whichever_mode_it_comes(
    write: Write, again: Write, settings: Settings, pool: Database, tmp_path: Path
) -> None:
    topics = settings.topics

    async with working(settings, tmp_path / "worker.log"):
        await publish(
            settings.kafka,
            [
                written(topics.accounts, "1", "account.opened", OPENING, write),
                written(topics.accounts, "2", "account.credit_added", CREDIT, write),
                written(topics.usage, "3", "usage.call", CALL, write),
                written(topics.usage, "4", "usage.conference", CONFERENCE, write),
            ],
        )
        await drained(pool, settings)
        # The same events in the other mode are the same events.
        await publish(
            settings.kafka,
            [
                written(topics.accounts, "2", "account.credit_added", CREDIT, again),
                written(topics.usage, "3", "usage.call", CALL, again),
                written(topics.usage, "4", "usage.conference", CONFERENCE, again),
            ],
        )
        await drained(pool, settings)

    await prove(pool)
    counts = await outcomes(pool)
    assert (counts["dead_lettered"], counts["records"]) == (0, 7)
    assert await balances(pool) == {"acme": 1_000_000 - 4 * MINUTE_MICROS}
