import json
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from worker.cli.rates import register

DECK = "service,number_type,prefix,label,price_per_minute\noutbound,,49,Germany,0.1\ndial_in,toll,,in,0.05\n"
CALL = {
    "tenant_id": "acme",
    "service": "outbound",
    "rated_number": "+4930123456",
    "number_type": "toll",
    "started_at": "2026-03-04T10:00:00.9Z",
    "duration_s": 61,
}
LEG = CALL | {"leg_id": "a", "service": "dial_in"}


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in CALL.items() if name != field}


def run(folder: Path, usage: str | bytes, *options: str, deck: str = DECK) -> tuple[int, list[Any]]:
    app = typer.Typer()
    register(app)
    (folder / "deck.csv").write_text(deck, encoding="utf-8")
    (folder / "usage.jsonl").write_bytes(usage if isinstance(usage, bytes) else usage.encode())
    files = ["--deck-file", str(folder / "deck.csv"), str(folder / "usage.jsonl")]
    result = CliRunner().invoke(app, ["rates", "quote", *files, *options])
    lines = result.stdout.splitlines() if result.exit_code in {0, 1} else []
    return result.exit_code, [json.loads(line) for line in lines]


def test_a_call_is_quoted_with_its_lines(tmp_path: Path) -> None:
    code, documents = run(tmp_path, json.dumps(CALL))

    line = {"from_s": 0, "to_s": 61, "price_per_minute": "0.1", "billable_s": 120, "amount": "0.2"}
    assert (code, documents) == (
        0,
        [{"amount": "0.2", "lines": [line], "prefix": "49", "label": "Germany"}],
    )


def test_each_line_has_its_answer_in_order(tmp_path: Path) -> None:
    usage = "\n".join(["{", json.dumps(CALL), "", json.dumps(CALL | {"rated_number": "1"})])

    code, documents = run(tmp_path, usage + "\r\n")

    assert code == 1
    assert [document.get("error") for document in documents] == ["not_json", None, "not_json", "unrated"]


def test_a_byte_order_mark_before_the_first_line_is_no_part_of_it(tmp_path: Path) -> None:
    code, documents = run(tmp_path, BOM_UTF8 + json.dumps(CALL).encode() + b"\n" + json.dumps(CALL).encode())

    assert code == 0
    assert [document["amount"] for document in documents] == ["0.2", "0.2"]


def test_a_conference_is_the_sum_of_its_legs(tmp_path: Path) -> None:
    legs = [LEG, LEG | {"leg_id": "b", "duration_s": 121}]

    code, (document,) = run(tmp_path, json.dumps({"conference_id": "c", "organizer_id": "o", "legs": legs}))

    assert code == 0
    assert (document["amount"], document["prefix"], document["label"]) == ("0.25", "", "in")
    assert [(line["leg_id"], line["amount"]) for line in document["lines"]] == [("a", "0.1"), ("b", "0.15")]
    assert [(leg["leg_id"], leg["amount"]) for leg in document["legs"]] == [("a", "0.1"), ("b", "0.15")]


def test_a_conference_with_a_leg_without_a_tariff_has_no_price(tmp_path: Path) -> None:
    legs = [LEG, LEG | {"leg_id": "b", "service": "dial_out"}]

    code, (document,) = run(tmp_path, json.dumps({"legs": legs}))

    assert (code, document["error"], document["field"]) == (1, "unrated", "legs.1.rated_number")


@pytest.mark.parametrize("number", ["4", "0049", "+1", "49*"])
def test_numbers_of_a_platforms_own_plan_are_taken(tmp_path: Path, number: str) -> None:
    deck = DECK + "outbound,,0049,own plan,0.2\noutbound,,,any,0.3\n"

    code, _ = run(tmp_path, json.dumps(CALL | {"rated_number": number}), deck=deck)

    assert code == 0


def test_an_emergency_call_costs_nothing(tmp_path: Path) -> None:
    code, (document,) = run(tmp_path, json.dumps(CALL | {"rated_number": "112", "number_type": "emergency"}))

    assert (code, document) == (0, {"amount": "0", "lines": [], "prefix": "", "label": ""})


@pytest.mark.parametrize(
    ("data", "field"),
    [
        *((json.dumps(without(field)), field) for field in CALL if field != "tenant_id"),
        *((json.dumps(CALL | {field: None}), field) for field in CALL if field != "tenant_id"),
        (json.dumps(CALL | {"service": "sms"}), "service"),
        (json.dumps(CALL | {"service": 7}), "service"),
        (json.dumps(CALL | {"rated_number": 4930123456}), "rated_number"),
        (json.dumps(CALL | {"rated_number": "1234567890123456"}), "rated_number"),
        (json.dumps(CALL | {"rated_number": "12345678901234**"}), "rated_number"),
        (json.dumps(CALL | {"rated_number": "49 30"}), "rated_number"),
        (json.dumps(CALL | {"rated_number": "***"}), "rated_number"),
        (json.dumps(CALL | {"rated_number": "٤٩"}), "rated_number"),
        (json.dumps(CALL | {"rated_number": "\ud800"}), "rated_number"),
        (json.dumps(CALL | {"number_type": "mobile"}), "number_type"),
        (json.dumps(CALL | {"origin": "a b"}), "origin"),
        (json.dumps(CALL | {"started_at": 1_772_618_400}), "started_at"),
        (json.dumps(CALL | {"started_at": "2026-03-04T10:00:00"}), "started_at"),
        (json.dumps(CALL | {"started_at": "2026-02-30T10:00:00Z"}), "started_at"),
        (json.dumps(CALL | {"started_at": "0000-01-01T00:00:00Z"}), "started_at"),
        (json.dumps(CALL | {"started_at": "2026-W10-3T10:00:00Z"}), "started_at"),
        (json.dumps(CALL | {"duration_s": True}), "duration_s"),
        (json.dumps(CALL | {"duration_s": 60.0}), "duration_s"),
        (json.dumps(CALL | {"duration_s": "60"}), "duration_s"),
        (json.dumps(CALL | {"duration_s": -1}), "duration_s"),
        (json.dumps(CALL | {"duration_s": 604_801}), "duration_s"),
        (json.dumps({"legs": []}), "legs"),
        (json.dumps({"legs": {}}), "legs"),
        (json.dumps({"legs": [LEG] * 1001}), "legs"),
        (json.dumps({"legs": [LEG, 5]}), "legs.1"),
        (json.dumps({"legs": [LEG | {"leg_id": ""}]}), "legs.0.leg_id"),
        (json.dumps({"legs": [LEG | {"service": "outbound"}]}), "legs.0.service"),
        ('{"duration_s": NaN}', ""),
        ('{"duration_s": ' + "9" * 5000 + "}", ""),
        ("[" * 100_000, ""),
        ("[]", ""),
        ("null", ""),
        (b'{"service": "\xff"}', ""),
        (" " * 1_100_000, ""),
    ],
)
def test_a_bad_line_is_answered_with_its_field_and_costs_no_other(
    tmp_path: Path, data: str | bytes, field: str
) -> None:
    bad = data if isinstance(data, bytes) else data.encode()

    code, documents = run(tmp_path, bad + b"\n" + json.dumps(CALL).encode())

    assert code == 1
    assert set(documents[0]) == {"error", "field", "detail"}
    assert documents[0]["field"] == field
    assert documents[1]["amount"] == "0.2"


@pytest.mark.parametrize("started_at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_the_ends_of_the_calendar_have_a_price_or_a_reason(tmp_path: Path, started_at: str) -> None:
    windows = "price_per_minute,from_time,to_time\n0.1,08:00,20:00\n0.2,20:00,08:00\n"
    usage = json.dumps(CALL | {"started_at": started_at, "duration_s": 604_800})

    code, (document,) = run(tmp_path, usage, "--timezone", "Europe/Berlin", deck=windows)

    assert ("amount" in document) == (code == 0)


def test_a_call_before_the_deck_comes_into_force_has_no_price(tmp_path: Path) -> None:
    code, (document,) = run(tmp_path, json.dumps(CALL), "--effective-from", "2026-03-04T10:00:01Z")

    assert (code, document["error"], document["field"]) == (1, "unrated", "started_at")


def test_the_charge_is_rounded_as_the_options_say(tmp_path: Path) -> None:
    _, (document,) = run(tmp_path, json.dumps(CALL), "--round-to", "0.15", "--rounding", "down")

    assert document["amount"] == "0.15"


def test_a_bad_deck_is_refused_with_every_line(tmp_path: Path) -> None:
    code, (document,) = run(tmp_path, json.dumps(CALL), deck="prefix,price_per_minute\n4x,1\n5,y\n")

    assert code == 1
    assert [(error["line"], error["column"]) for error in document["errors"]] == [
        (2, "prefix"),
        (3, "price_per_minute"),
    ]


@pytest.mark.parametrize(
    "options",
    [
        ("--timezone", "Europe"),
        ("--currency", "EURO"),
        ("--round-to", "0"),
        ("--round-to", "1e-2"),
        ("--rounding", "sideways"),
        ("--effective-from", "2026-01-01"),
        ("--deck", ""),
    ],
)
def test_a_wrong_option_is_wrong_usage(tmp_path: Path, options: tuple[str, str]) -> None:
    assert run(tmp_path, json.dumps(CALL), *options)[0] == 2
