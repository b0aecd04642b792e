"""Decks in the database: listed, exported, compared."""

import asyncio
import csv
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final, TypeVar

import typer

from worker.adapters.deck_csv_columns import COLUMN_NAMES
from worker.adapters.deck_csv_writer import row_cells
from worker.cli.output import print_table
from worker.cli.rates_documents import Document, changed, listed
from worker.domain.deck_diff import diff_decks
from worker.postgres.deck_versions import StoredVersion, list_versions, read_rows
from worker.postgres.tariffs import ROWS_A_SLICE
from worker.postgres.transaction import Database, create_pool, transaction
from worker.settings.load import load

if TYPE_CHECKING:
    from worker.domain.tariff_row import TariffRow

T = TypeVar("T")

# What names a tariff, and what most people look at first.
KEY: Final = ("service", "number_type", "origin", "prefix")
PRICE: Final = "price_per_minute"


def with_database(work: "Callable[[Database], Awaitable[T]]") -> T:
    """Run something that needs the database of the settings."""
    postgres = load(needs=("postgres",)).postgres

    async def run() -> T:
        async with await create_pool(postgres, connections=1) as pool:
            return await work(pool)

    return asyncio.run(run())


def show_versions(deck: str | None, *, as_json: bool) -> bool:
    """List versions; whether there is any."""

    async def read(pool: Database) -> list[StoredVersion]:
        async with transaction(pool) as tx:
            return await list_versions(tx, deck)

    documents = [listed(version) for version in with_database(read)]
    if as_json:
        _print_array(documents)
    elif documents:
        print_table(tuple(documents[0]), [tuple(one.values()) for one in documents])
    else:
        typer.echo("no rate deck: `talktime rates import` brings one in", err=True)
    return bool(documents)


def show_rows(name: str, *, as_json: bool) -> bool:
    """Write the rows of a version, slice by slice."""

    async def write(pool: Database) -> bool:
        version = await find_version(pool, name)
        table = csv.DictWriter(sys.stdout, COLUMN_NAMES, lineterminator="\n")
        if as_json:
            sys.stdout.write("[")
        else:
            table.writeheader()
        between = ""
        async for rows in _slices(pool, version.version_id):
            if not as_json:
                table.writerows(row_cells(row) for row in rows)
                continue
            for row in rows:
                sys.stdout.write(between + json.dumps(row_cells(row)))
                between = ",\n"
        if as_json:
            sys.stdout.write("]\n")
        return True

    return with_database(write)


def show_changes(old: str, new: str, *, as_json: bool) -> bool:
    """Show what differs between two versions; whether anything does."""

    async def read(pool: Database) -> "list[list[TariffRow]]":
        versions = [await find_version(pool, name) for name in (old, new)]
        return [
            [row async for rows in _slices(pool, version.version_id) for row in rows] for version in versions
        ]

    documents = [changed(change) for change in diff_decks(*with_database(read))]
    if as_json:
        _print_array(documents)
        return bool(documents)
    if documents:
        print_table(("change", *KEY, "old", "new"), [_change_cells(one) for one in documents])
    else:
        typer.echo("no tariff differs", err=True)
    return bool(documents)


async def find_version(pool: Database, name: str) -> StoredVersion:
    """Find NAME@VERSION, or the latest version of NAME; a wrong name is wrong usage."""
    async with transaction(pool) as tx:
        versions = await list_versions(tx)
    deck, _, number = name.rpartition("@")
    exact = [version for version in versions if version.deck == deck and str(version.version_id) == number]
    latest = [version for version in versions if version.deck == name]
    if exact or latest:
        return (latest or exact)[-1]
    decks = ", ".join(dict.fromkeys(version.deck for version in versions)) or "none"
    raise typer.BadParameter(f"there is no deck or version {name!r}; decks are: {decks}")


async def _slices(pool: Database, version_id: int) -> "AsyncIterator[list[TariffRow]]":
    """Read a version slice by slice, no transaction open while the reader takes its time."""
    read = 0
    rows: list[TariffRow] | None = None
    while rows is None or len(rows) == ROWS_A_SLICE:
        async with transaction(pool) as tx:
            rows = await read_rows(tx, version_id, read)
        yield rows
        read += len(rows)


def _print_array(documents: Iterable[Document]) -> None:
    sys.stdout.write("[" + ",\n".join(map(json.dumps, documents)) + "]\n")


def _change_cells(change: Document) -> list[str]:
    """Give a tariff's prices before and after, each with what its rows do not all have in common."""
    rows = [*change["old"], *change["new"]]
    telling = [name for name in COLUMN_NAMES if name not in KEY and len({row[name] for row in rows}) > 1]
    return [
        change["change"],
        *(change[name] or "any" for name in KEY),
        *("; ".join(_row_text(row, telling) for row in change[side]) or "nothing" for side in ("old", "new")),
    ]


def _row_text(row: Document, telling: Iterable[str]) -> str:
    told = [f"{name} {row[name]}" for name in telling if row[name] != "" and name != PRICE]
    return " ".join([row[PRICE], *([f"({', '.join(told)})"] if told else [])])
