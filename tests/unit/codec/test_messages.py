import json
from base64 import b64decode
from typing import Any

import pytest

from schemas.catalogue import CONTRACTS
from schemas.flaws import describe
from tests.unit.domain.deciding import (
    INSTALLATION,
    NOW_S,
    UNIT,
    armed,
    auto_recharge,
    call,
    credit,
    decided,
    event,
    facts,
    funded,
    request,
    row,
)
from tests.unit.schemas.wire import validator
from worker.codec.messages import Encoder
from worker.domain.draft import Draft
from worker.domain.event import AccountOpened, RechargeCompleted, RechargeFailed, StatusSet
from worker.domain.message import Message, RechargeRequested
from worker.domain.record import KeptRecord, Origin
from worker.domain.rejection import Reason, Rejection

TOPICS = {name: f"t.{name}" for name in ("recharges", "account-states", "notices", "dead-letters")}
CUT_AT = 1000

WAITING = facts(armed(5 * UNIT, open_recharge_id="r-1"), recharges=[request("r-1")])
STRAY = event(RechargeCompleted("r-9", "p-9", 20 * UNIT, "USD", NOW_S))


def encoder() -> Encoder:
    return Encoder(TOPICS, INSTALLATION, CUT_AT)


def checked(topic: str, value: bytes) -> dict[str, Any]:
    """Read a message by its contract and by its JSON Schema, as its readers will."""
    document: dict[str, Any] = json.loads(value)
    contract = CONTRACTS[document["type"]]
    contract.envelope.validate_json(value)
    validator(document["type"]).validate(document)
    assert (topic, contract.direction) == (f"t.{contract.topic}", "published")
    return document


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        pytest.param(
            decided(facts(new_account_ids={"acme": 1}), event(AccountOpened("USD", "UTC", "d", "", 0))),
            ["account.state"],
            id="opened",
        ),
        pytest.param(
            decided(facts(row(name="Ac\u00e8me \U0001f4de" * 90)), event(credit(UNIT))),
            ["credit.added", "balance.restored", "account.state"],
            id="credit",
        ),
        pytest.param(
            decided(facts(funded(UNIT)), event(credit(1, kind="promotion"))),
            ["credit.added"],
            id="a promotion",
        ),
        pytest.param(
            decided(facts(armed(11 * UNIT)), call(duration_s=12 * 60)),
            ["balance.depleted", "account.state", "recharge.requested"],
            id="a crossing",
        ),
        pytest.param(
            decided(facts(funded(UNIT)), event(auto_recharge(amount_micros=None, target_micros=30 * UNIT))),
            ["recharge.requested"],
            id="a target",
        ),
        pytest.param(
            decided(WAITING, event(StatusSet("closed", "r"))),
            ["account.state", "recharge.cancelled"],
            id="closed",
        ),
        pytest.param(
            decided(WAITING, event(RechargeCompleted("r-1", "p-9", 15 * UNIT, "USD", NOW_S))),
            ["credit.added", "recharge.flagged"],
            id="another amount",
        ),
        pytest.param(decided(facts(funded(UNIT)), STRAY), ["credit.added", "recharge.flagged"], id="a stray"),
        pytest.param(
            decided(facts(funded(UNIT), recharges=[request("r-9", state="declined")]), STRAY),
            ["credit.added", "recharge.flagged"],
            id="late",
        ),
        pytest.param(
            decided(WAITING, event(RechargeFailed("r-1", 1, "declined", "no_funds", "", None))),
            ["recharge.declined"],
            id="declined",
        ),
    ],
)
def test_whatever_a_decision_says_keeps_its_contract(draft: Draft, said: list[str]) -> None:
    documents = []
    for message in draft.messages:
        topic, key, value = encoder().encode(message)
        documents.append(checked(topic, value))
        assert key == b"acme"
        assert documents[-1]["sequence"] == str(message.sequence)

    assert [one["type"] for one in documents] == [f"talktime.{name}.v1" for name in said]


def test_a_request_says_what_the_payment_service_needs() -> None:
    asked = request("r-1", amount_micros=60 * UNIT, units=3, balance_micros=-31_500_000)

    _, _, value = encoder().encode(
        Message(armed(0, payment_method="pm-1"), 5, RechargeRequested(asked, NOW_S))
    )

    data = checked("t.recharges", value)["data"]
    named = ("amount", "units", "unit_amount", "balance", "trigger", "payment_method", "answer_by", "attempt")
    assert [data[name] for name in named] == [
        "60", 3, "20", "-31.5", "10", "pm-1", "2026-03-02T10:27:00Z", 1,
    ]  # fmt: skip


def test_every_repetition_is_the_same_bytes_for_they_are_stored_and_every_message_has_its_own_id() -> None:
    (message,) = decided(facts(funded(UNIT)), event(auto_recharge())).messages

    ids = {json.loads(encoder().encode(message)[2])["id"] for _ in range(9)}

    assert len(ids) == 9


def letter(
    value: bytes | None, headers: list[tuple[str, Any]] | None = None, rejection: Rejection | None = None
) -> dict[str, Any]:
    record = KeptRecord(Origin("c", "talktime.usage", 3, 99), None, headers or [], value, NOW_S)
    refused = rejection or Rejection(Reason.NOT_JSON, "", "no JSON")
    topic, key, written = encoder().encode_dead_letter(refused, record, NOW_S)
    assert key == b""
    data: dict[str, Any] = checked(topic, written)["data"]
    return data


def test_a_dead_letter_carries_the_bytes_and_where_they_stood() -> None:
    data = letter(b"\x00\xff", [("a", b"\xff"), ("a", None), ("", b"")])

    assert b64decode(data["value_base64"]) == b"\x00\xff"
    assert (data["topic"], data["partition"], data["offset"]) == ("talktime.usage", 3, 99)
    assert data["headers"][1] == {"name": "a", "value_base64": None}
    assert (data["value_bytes"], data["cut"]) == (2, False)


def test_the_dead_letter_of_a_tombstone_says_null_and_not_nothing() -> None:
    assert (letter(None)["value_base64"], letter(b"")["value_base64"]) == (None, "")


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        pytest.param(b"x" * (CUT_AT + 1), [], id="a long value"),
        pytest.param(b"", [("h", b"x")] * 101, id="many headers"),
        pytest.param(b"", [("h", b"x" * 1025)], id="a long header"),
        pytest.param(b"", [("h" * 300, b"x")], id="a long name"),
    ],
)
def test_a_dead_letter_that_is_cut_says_so(value: bytes, headers: list[tuple[str, bytes]]) -> None:
    data = letter(value, headers)

    assert data["cut"]
    assert len(b64decode(data["value_base64"])) == min(len(value), CUT_AT)


def test_a_whole_value_at_the_limit_is_not_cut() -> None:
    assert not letter(b"x" * CUT_AT)["cut"]


@pytest.mark.parametrize("reason", [one for one in Reason if Rejection(one, "", "").dead])
def test_every_reason_of_a_dead_letter_is_in_the_contract(reason: Reason) -> None:
    assert letter(b"", rejection=Rejection(reason, "data." + "x" * 999, "y" * 9999))["reason"] == reason


def test_the_contracts_own_complaint_can_be_published() -> None:
    contract = CONTRACTS["talktime.usage.call.v1"]
    try:
        contract.envelope.validate_json(b'{"specversion":"1.0"}')
    except ValueError as error:
        flaw = describe(error)  # type: ignore[arg-type]  # pydantic's own is a ValueError

        assert (
            letter(b"", rejection=Rejection(Reason.SCHEMA_INVALID, flaw.field, flaw.detail))["field"]
            == flaw.field
        )
