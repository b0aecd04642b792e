import json

import pytest

from worker.codec.commands import Command, encode_command
from worker.domain.event import AccountOpened, CreditRequested
from worker.domain.rejection import Reason, Rejection

OPENED = {"tenant_id": "acme", "currency": "USD", "timezone": "UTC", "rate_deck": "standard"}


def command(**data: object) -> Command | Rejection:
    return encode_command("opened", OPENED | data, source="tests", now_s=1_767_225_600)


def test_a_command_is_an_event_of_a_fresh_id_without_absent_fields() -> None:
    made, other = command(name=None), command()

    assert isinstance(made, Command)
    assert isinstance(other, Command)
    event = json.loads(made.value)
    assert event["type"] == "talktime.account.opened.v1"
    assert (event["time"], event["source"], event["data"]) == ("2026-01-01T00:00:00Z", "tests", OPENED)
    assert made.body == AccountOpened("USD", "UTC", "standard", "", 0)
    assert made.identity.key != other.identity.key
    assert made.identity.content_hash == other.identity.content_hash


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"currency": "usd"}, "data.currency"),
        ({"timezone": "Mars/Phobos"}, "data.timezone"),
        ({"credit_limit": "1e3"}, "data.credit_limit"),
        ({"tenant_id": ""}, "data.tenant_id"),
        ({"name": "a\nb"}, "data.name"),
    ],
)
def test_what_no_reader_would_take_is_refused_by_its_field(data: dict[str, object], field: str) -> None:
    refused = command(**data)

    assert isinstance(refused, Rejection)
    assert refused.field == field


def test_half_of_a_character_pair_does_not_end_the_command() -> None:
    assert isinstance(command(name="\ud800"), Command)


def test_credit_by_hand_is_asked_for_by_an_event() -> None:
    asked = encode_command(
        "credit_requested",
        {"tenant_id": "acme", "request_id": "r-1", "amount": "10", "currency": "USD"},
        source="tests",
        now_s=0,
    )

    assert isinstance(asked, Command)
    assert asked.body == CreditRequested("r-1", 10_000_000, "USD", None)


def test_a_command_that_no_contract_knows_is_refused() -> None:
    refused = encode_command("unheard_of", OPENED, source="tests", now_s=0)

    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.UNKNOWN_TYPE
