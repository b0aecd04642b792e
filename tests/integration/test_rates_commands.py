from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.integration.rates_command import LATER, TERMS, WINDOWS, Rates
from worker.adapters.deck_csv import DeckFile, read_deck

if TYPE_CHECKING:
    from asyncpg import Pool, Record

STANDARD = Path(__file__).parents[1] / "acceptance" / "decks" / "standard.csv"

PARK = """
    INSERT INTO parked (
        cell, park_id, tenant_id, reason, field, detail, source, event_id, event_key, content_hash,
        started_s, generation, cluster_id, topic, partition, "offset", header_names, header_values
    )
    VALUES (0, $1, 'acme', $2, '', '', '', '', $1, 0, 0, 0, '', '', 0, 0, '{}', '{}')
"""


async def test_an_imported_deck_is_listed_and_exported(rates: Rates) -> None:
    imported = await rates("import", str(STANDARD), "--deck", "standard", *TERMS, "--round-to", "0.01")
    listed = await rates("list")
    exported = await rates("export", "standard")

    version = {"deck": "standard", "version": 1, "rows": 208}
    assert imported == (0, version | {"released": 0, "warnings": []})
    listed[1][0].pop("imported_at")
    terms = {"currency": "USD", "timezone": "Europe/Berlin", "effective_from": "2026-01-01T00:00:00Z"}
    assert listed == (0, [version | terms | {"round_to": "0.01", "rounding": "up"}])
    read = read_deck(STANDARD.read_bytes())
    assert isinstance(read, DeckFile)
    assert [row["prefix"] for row in exported[1]] == [row.prefix for row in read.rows]


async def test_parked_usage_that_a_deck_may_price_is_counted(rates: Rates, pool: "Pool[Record]") -> None:
    for reason in ("unrated", "currency", "too_old"):
        await pool.execute(PARK, uuid4(), reason)

    _, imported = await rates("import", str(STANDARD), "--deck", "standard", *TERMS)

    assert imported["released"] == 2


async def test_no_deck_is_an_empty_list_and_bad_news(rates: Rates) -> None:
    assert await rates("list") == (1, [])


async def test_a_bad_file_is_refused_whole(rates: Rates, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("prefix,price_per_minute\n49,0.1\n4x,0.1\n50,free\n", encoding="utf-8")

    code, answer = await rates("import", str(bad), "--deck", "standard", *TERMS)

    assert code == 1
    assert [(error["line"], error["column"]) for error in answer["errors"]] == [
        (3, "prefix"),
        (4, "price_per_minute"),
    ]
    assert await rates("list") == (1, [])


async def test_other_content_at_the_same_date_is_refused(rates: Rates, windows: str) -> None:
    await rates("import", str(STANDARD), "--deck", "standard", *TERMS)

    code, answer = await rates("import", windows, "--deck", "standard", *TERMS)

    assert code == 1
    assert [error["column"] for error in answer["errors"]] == ["effective-from"]


async def test_the_differences_of_two_versions_are_shown(rates: Rates, windows: str, tmp_path: Path) -> None:
    newer = tmp_path / "newer.csv"
    newer.write_text(WINDOWS.replace("0.6,", "0.7,").replace("50,", "51,"), encoding="utf-8")
    await rates("import", windows, "--deck", "peak", *TERMS)
    await rates("import", str(newer), "--deck", "peak", *LATER)

    code, changes = await rates("diff", "peak@1", "peak")

    assert code == 0
    assert [(change["change"], change["prefix"]) for change in changes] == [
        ("changed", "49"),
        ("removed", "50"),
        ("added", "51"),
    ]
    assert await rates("diff", "peak", "peak@2") == (1, [])


async def test_a_call_is_explained_by_the_version_and_window_of_its_start(rates: Rates, windows: str) -> None:
    await rates("import", windows, "--deck", "peak", *TERMS)

    code, answer = await rates("explain", "+4930123456", "--at", "2026-03-04T16:59:30Z", "--duration", "120")

    assert (code, answer["amount"], answer["prefix"], answer["label"]) == (0, "0.72", "49", "Germany")
    assert [(line["from_s"], line["to_s"], line["amount"]) for line in answer["lines"]] == [
        (0, 60, "0.6"),
        (60, 120, "0.12"),
    ]
    why = answer["why"]
    assert (why["prefix"], why["version"], why["window"]) == ("49", 1, "mon-fri 08:00-18:00")
    assert why["windows"] == ["mon-fri 08:00-18:00", "mon-fri 18:00-24:00"]
    assert why["matched"] == {"service": "", "number_type": "", "origin": ""}


@pytest.mark.parametrize(
    ("number", "at", "field"),
    [("33", "2026-03-04T16:59:30Z", "rated_number"), ("49", "2025-12-31T23:59:59Z", "started_at")],
)
async def test_a_call_without_a_price_says_why(
    rates: Rates, windows: str, number: str, at: str, field: str
) -> None:
    await rates("import", windows, "--deck", "peak", *TERMS)

    code, answer = await rates("explain", number, "--at", at, "--duration", "120")

    assert (code, answer["error"], answer["field"]) == (1, "unrated", field)


async def test_a_deck_that_is_not_there_or_not_named_is_wrong_usage(rates: Rates, windows: str) -> None:
    call = ["explain", "49", "--at", "2026-03-04T16:59:30Z", "--duration", "1"]
    await rates("import", windows, "--deck", "peak", *TERMS)
    await rates("import", windows, "--deck", "other", *TERMS)

    codes = [
        (await rates(*arguments))[0]
        for arguments in (call, [*call, "--deck", "none"], ["export", "none"], ["diff", "peak@9", "peak"])
    ]

    assert codes == [2, 2, 2, 2]
