"""Explain what a call costs by the decks that workers price with."""

import json
from typing import TYPE_CHECKING

import typer

from worker.adapters.quote_lines import read_quote_line
from worker.cli.rates_documents import Document, explained
from worker.cli.rates_quote import quote_leg, refused
from worker.cli.rates_stored import with_database
from worker.codec.times import rfc3339
from worker.domain.explanation import Explanation
from worker.domain.rejection import Reason, Rejection
from worker.postgres.deck_versions import StoredVersion, list_versions
from worker.postgres.tariffs import load_version
from worker.postgres.transaction import Database, transaction

if TYPE_CHECKING:
    from worker.domain.usage import Leg


def show_explanation(asked: bytes, deck: str | None, *, as_json: bool) -> bool:
    """Price a call, given as the data of its usage event; whether it has a price."""
    read = read_quote_line(asked)
    if isinstance(read, Rejection):
        raise typer.BadParameter(f"{read.field}: {read.detail}")
    leg = read.legs[0]

    async def price(pool: Database) -> Document:
        async with transaction(pool) as tx:
            versions = one_deck(await list_versions(tx, deck), deck)
            begun = [version for version in versions if version.terms.effective_from_s <= leg.started_s]
            if not begun:
                detail = f"started before the first version of {versions[0].deck!r}"
                return refused(Rejection(Reason.UNRATED, "started_at", detail))
            loaded = await load_version(tx, begun[-1].version_id, begun[-1].terms)
        return _document(quote_leg(loaded, leg), begun[-1])

    document = with_database(price)
    if as_json:
        typer.echo(json.dumps(document))
    elif "error" in document:
        typer.echo(f"{document['error']}: {document['detail']}", err=True)
    else:
        _print(document, leg)
    return "error" not in document


def one_deck(versions: list[StoredVersion], deck: str | None) -> list[StoredVersion]:
    """Insist on exactly one deck; which, is never guessed."""
    names = list(dict.fromkeys(version.deck for version in versions))
    if len(names) == 1:
        return versions
    if deck is not None or not names:
        raise typer.BadParameter(
            "there is no such deck: `talktime rates list` shows all", param_hint="--deck"
        )
    raise typer.BadParameter(f"say which: {', '.join(names)}", param_hint="--deck")


def _document(price: Explanation | Rejection, version: StoredVersion) -> Document:
    if isinstance(price, Rejection):
        return refused(price)
    why = {
        "prefix": price.prefix,
        "version": version.version_id,
        "window": price.window,
        "deck": version.deck,
        "effective_from": rfc3339(version.terms.effective_from_s),
        "timezone": version.terms.timezone,
    }
    return {**explained(price), "why": why}


def _print(document: Document, leg: "Leg") -> None:
    from rich.console import Console
    from rich.table import Table

    why = document["why"]
    table = Table("from s", "to s", "billable s", "a minute", "amount")
    for line in document["lines"]:
        cells = (line["from_s"], line["to_s"], line["billable_s"], line["price_per_minute"], line["amount"])
        table.add_row(*map(str, cells))
    console = Console()
    console.print(table)
    for name, value in (
        ("amount", document["amount"]),
        ("destination", document["label"] or "any"),
        ("matched", f"{leg.service} {leg.number_type}, prefix {why['prefix'] or 'any'}"),
        ("version", f"{why['version']} of {why['deck']}, from {why['effective_from']} on"),
        ("window", f"{why['window'] or 'always'} ({why['timezone']})"),
    ):
        console.print(f"{name:12} {value}", markup=False, highlight=False)
