import json
from contextlib import suppress
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.catalogue import CONTRACTS
from schemas.flaws import describe
from tests.unit.schemas.hostile import PLACES
from tests.unit.schemas.wire import CALL, CONFERENCE, GONE, TYPES, Path, example, spoiled

HOSTILE: Final = [
    pytest.param(event, path, value, named or ".".join(map(str, path)), id=f"{event} {path[-1]}: {name}")
    for event, path, values, named in PLACES
    for name, value in values.items()
]


def encode(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(("event", "path", "value", "named"), HOSTILE)
def test_a_hostile_value_is_refused_by_name(event: str, path: Path, value: object, named: str) -> None:
    event_type = f"talktime.{event}.v1"
    document = spoiled(event_type, path, value)
    with pytest.raises(ValidationError) as refused:
        CONTRACTS[event_type].read_event(encode(document))
    assert describe(refused.value).field == named


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        pytest.param(b"", "json_invalid", id="nothing"),
        pytest.param(b"\xff\xfe{\x00}\x00", "json_invalid", id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf{}", "json_invalid", id="a byte order mark"),
        pytest.param(b'{"id": "\xff"}', "json_invalid", id="no UTF-8"),
        pytest.param(b'{"id": "\\ud800"}', "json_invalid", id="half of a character pair"),
        pytest.param(b'{"id": "\xed\xa0\x80"}', "json_invalid", id="half of a character pair, in bytes"),
        pytest.param(b'{"id": "a\nb"}', "json_invalid", id="a bare newline in text"),
        pytest.param(b'{"id": 1} {"id": 2}', "json_invalid", id="two documents"),
        pytest.param(b"{'id': 1}", "json_invalid", id="single quotes"),
        pytest.param(b'{"data":' + b"[" * 100_000, "json_invalid", id="nesting without end"),
        pytest.param(b'{"data":' * 300 + b"1" + b"}" * 300, "json_invalid", id="300 deep"),
        pytest.param(b'{"data":1' + b"0" * 4_400 + b"}", "json_invalid", id="more digits than int() takes"),
        pytest.param(b"[]", "dict_type", id="a batch"),
        pytest.param(b"null", "dict_type", id="null"),
        pytest.param(b"NaN", "dict_type", id="not a number"),
        pytest.param(b'"{}"', "dict_type", id="JSON within JSON"),
    ],
)
@pytest.mark.parametrize("event_type", [CALL, CONFERENCE])
def test_what_is_no_event_at_all_is_refused_as_a_whole(event_type: str, value: bytes, kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CONTRACTS[event_type].read_event(value)
    flaw = describe(refused.value)
    assert (flaw.field, flaw.kind) == ("", kind)


def test_a_thousand_bad_legs_cost_one_refusal() -> None:
    document = example(CONFERENCE)
    document["data"]["legs"] = [{}] * 1_000
    with pytest.raises(ValidationError) as refused:
        CONTRACTS[CONFERENCE].read_event(encode(document))
    assert {error["loc"][:3] for error in refused.value.errors()} == {("data", "legs", 0)}


def test_a_conference_has_at_most_a_thousand_legs() -> None:
    document = example(CONFERENCE)
    leg = document["data"]["legs"][0]
    document["data"]["legs"] = [leg | {"leg_id": str(number)} for number in range(1_000)]
    assert len(CONTRACTS[CONFERENCE].read_event(encode(document))["data"]["legs"]) == 1_000
    document["data"]["legs"].append(leg)
    with pytest.raises(ValidationError) as refused:
        CONTRACTS[CONFERENCE].read_event(encode(document))
    assert describe(refused.value).field == "data.legs"


@given(value=st.binary(max_size=200), event_type=st.sampled_from(TYPES))
def test_any_bytes_are_refused_and_nothing_else_happens(value: bytes, event_type: str) -> None:
    with pytest.raises(ValidationError):
        CONTRACTS[event_type].read_event(value)


@given(data=st.data(), event_type=st.sampled_from(TYPES))
def test_a_torn_or_flipped_event_is_read_or_refused_and_nothing_else_happens(
    data: st.DataObject, event_type: str
) -> None:
    value = bytearray(encode(example(event_type)))
    value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    torn = bytes(value[: data.draw(st.integers(1, len(value)))])
    # Whatever else it raises fails the test.
    with suppress(ValidationError):
        CONTRACTS[event_type].read_event(torn)


@pytest.mark.parametrize(
    ("event", "path", "value"),
    [
        pytest.param("usage.call", ("data", "tenant_id"), "\U0001d51e" * 128, id="128 wide characters"),
        pytest.param("usage.call", ("data", "tenant_id"), "Ünïcode & spaces", id="a tenant of any letters"),
        pytest.param("usage.call", ("data", "duration_s"), 0, id="no seconds"),
        pytest.param("usage.call", ("data", "duration_s"), 604_800, id="a week"),
        pytest.param("usage.call", ("data", "rated_number"), "493012*********", id="15 digits, nine masked"),
        pytest.param("usage.call", ("data", "rated_number"), "+493012345678901", id="15 digits and a plus"),
        pytest.param("usage.call", ("data", "started_at"), "2026-03-02t10:12:00z", id="small letters"),
        pytest.param("usage.call", ("data", "started_at"), "2026-03-02 10:12:00+05:45", id="a space, Nepal"),
        pytest.param(
            "usage.call", ("data", "started_at"), "2026-03-02T10:12:00.9999999Z", id="Teams' fraction"
        ),
        pytest.param("usage.call", ("data", "started_at"), "0001-01-01T00:00:00+14:00", id="the first year"),
        pytest.param("usage.call", ("data", "started_at"), "9999-12-31T23:59:59-14:00", id="the last year"),
        pytest.param("usage.call", ("data", "origin"), "US-payphone", id="an origin"),
        pytest.param("usage.call", ("data", "origin"), None, id="null for absent"),
        pytest.param("usage.call", ("data", "user_id"), "", id="an empty user"),
        pytest.param("usage.call", ("time",), None, id="a null time"),
        pytest.param("usage.call", ("time",), GONE, id="no time"),
        pytest.param("usage.call", ("subject",), 5, id="an attribute nobody reads"),
        pytest.param("usage.call", ("data", "colour"), {"deep": ["unknown"]}, id="a field nobody knows"),
        pytest.param("usage.corrected", ("data", "corrected", "legs"), None, id="a call with null legs"),
        pytest.param(
            "usage.corrected", ("data", "corrected", "tenant_id"), GONE, id="a correction by itself"
        ),
        pytest.param("account.credit_added", ("data", "amount"), "1000000000000", id="10^12"),
        pytest.param(
            "account.credit_added", ("data", "amount"), "1000000000000.000000", id="10^12, written out"
        ),
        pytest.param("account.credit_added", ("data", "amount"), "0.000001", id="one micro"),
        pytest.param("account.credit_added", ("data", "amount"), "007.50", id="leading zeros"),
        pytest.param("account.adjusted", ("data", "amount"), "-0.000001", id="minus one micro"),
        pytest.param("account.opened", ("data", "timezone"), "Etc/GMT+5", id="an IANA zone with a sign"),
        pytest.param(
            "account.auto_recharge_set", ("data", "trigger"), "-5", id="a trigger within the credit limit"
        ),
        pytest.param("account.payment_method_set", ("data", "payment_method"), None, id="the default method"),
        pytest.param(
            "account.allowance_set", ("data", "applies_to"), {}, id="a bundle for whatever there is"
        ),
        pytest.param("account.alerts_set", ("data", "levels"), [], id="no alerts"),
    ],
)
def test_what_is_unusual_but_right_is_read(event: str, path: Path, value: object) -> None:
    event_type = f"talktime.{event}.v1"
    document = example(event_type)
    if value is not GONE or path[-1] in document or path[-1] in document["data"]:
        document = spoiled(event_type, path, value)
    assert CONTRACTS[event_type].read_event(encode(document))["data"]
