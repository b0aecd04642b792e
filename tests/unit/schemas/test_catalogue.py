from typing import get_args

import pytest

from schemas.catalogue import CONTRACTS, TOPICS
from schemas.contract import attributes
from schemas.dead_letters import Reason
from schemas.fields import NUMBER_LENGTHS, NumberType
from tests.unit.schemas.wire import CALL, TYPES, example, schema
from worker.domain.rejection import DEAD

EVENTS = {
    "usage": "usage.call usage.conference usage.voided usage.corrected",
    "accounts": (
        "account.opened account.changed account.status_set account.auto_recharge_set account.credit_added"
        " account.credit_requested account.payment_method_set account.allowance_set account.alerts_set"
        " account.adjusted"
    ),
    "payments": "recharge.pending recharge.completed recharge.failed payment.reversed payment.reinstated",
    "recharges": "recharge.requested recharge.cancelled",
    "account-states": "account.state",
    "notices": (
        "balance.low balance.depleted balance.restored credit.added credit.reversed credit.expiring"
        " credit.expired recharge.suppressed recharge.declined recharge.action_required recharge.expired"
        " recharge.stopped recharge.flagged recharge.invalid allowance.used allowance.renewed"
    ),
    "dead-letters": "record.rejected",
}


def test_no_event_is_missing_renamed_or_moved_to_another_topic() -> None:
    there = {(contract.topic, event_type) for event_type, contract in CONTRACTS.items()}
    wanted = {(topic, f"talktime.{name}.v1") for topic, names in EVENTS.items() for name in names.split()}
    assert there == wanted


def test_usage_accounts_and_payments_are_read_and_all_else_is_written() -> None:
    read = {name for name, topic in TOPICS.items() if topic.direction == "consumed"}
    assert read == {"usage", "accounts", "payments"}


@pytest.mark.parametrize("event_type", TYPES)
def test_what_is_written_about_a_tenant_carries_its_sequence(event_type: str) -> None:
    contract, required = CONTRACTS[event_type], schema(event_type)["required"]
    about_a_tenant = contract.topic != "dead-letters"
    assert ("sequence" in required) == (contract.direction == "published" and about_a_tenant)
    assert (
        "tenant_id" in schema(event_type)["$defs"][contract.data_type.__name__]["required"]
    ) == about_a_tenant


def test_the_reasons_of_dead_letters_are_those_that_the_worker_gives() -> None:
    assert set(get_args(Reason)) == {reason.value for reason in DEAD}


def test_every_number_type_says_how_long_its_numbers_are() -> None:
    assert set(get_args(get_args(NumberType)[0])) == NUMBER_LENGTHS.keys()


def test_the_attributes_of_any_event_tell_its_type_and_nothing_of_its_data() -> None:
    document = example(CALL) | {"type": "com.example.other", "data": [1, 2, 3]}
    read = attributes().validate_python(document)
    assert read == {name: document[name] for name in ("specversion", "id", "source", "type", "time")}
