"""What a payment service shows of a payment: told with its credit, never booked."""

import json
from typing import Any

from tests.unit.codec.reading import decoded
from tests.unit.domain.deciding import INSTALLATION, UNIT, decided, facts, funded
from tests.unit.schemas.wire import example, validator
from worker.codec.messages import Encoder
from worker.domain.event import Event

COMPLETED, ADDED = "talktime.recharge.completed.v1", "talktime.credit.added.v1"
TOPICS = {name: name for name in ("notices", "account-states")}


def told(**data: object) -> dict[str, Any]:
    """What the notice of a completed request says."""
    given = example(COMPLETED)
    given["data"] |= data
    event = decoded(given, topic="payments")
    assert isinstance(event, Event)
    draft = decided(facts(funded(UNIT, currency="EUR")), event)
    encoder = Encoder(TOPICS, INSTALLATION, 1000)
    written = [json.loads(encoder.encode(message)[2]) for message in draft.messages]
    (document,) = [one for one in written if one["type"] == ADDED]
    validator(ADDED).validate(document)
    assert draft.accounts["acme"].balance == 51 * UNIT
    notice: dict[str, Any] = document["data"]
    return notice


def test_invoice_and_what_was_charged_with_tax_are_told() -> None:
    notice = told()

    assert notice["invoice"] == example(COMPLETED)["data"]["invoice"]
    assert notice["charged"] == {"amount": "59.5", "tax": "9.5", "currency": "EUR"}


def test_what_is_not_said_is_not_told() -> None:
    notice = told(invoice={"number": None, "url": "https://pay.example/1", "pages": [1]}, charged=None)

    assert notice["invoice"] == {"url": "https://pay.example/1"}
    assert "charged" not in notice
