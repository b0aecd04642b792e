"""Explain what a call costs by the decks that workers price with."""

import json

import typer

from worker.adapters.quote_lines import read_quote_line
from worker.cli.output import print_table
from worker.cli.rates_documents import Document, explained
from worker.cli.rates_quote import quote_leg, refused
from worker.cli.rates_stored import with_database
from worker.codec.times import rfc3339
from worker.domain.explanation import Explanation
from worker.domain.rejection import Reason, Rejection
from worker.domain.week import window_text
from worker.postgres.deck_versions import StoredVersion, list_versions
from worker.postgres.tariffs import load_version
from worker.postgres.transaction import Database, transaction


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
        _print(document)
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
    first = price.first
    why = {
        "prefix": price.prefix,
        "version": version.version_id,
        "window": price.window,
        # One for each line: a call may go on in another window than it began in.
        "windows": [window_text(row) for row in price.rows],
        "matched": first
        and {"service": first.service, "number_type": first.number_type, "origin": first.origin},
        "deck": version.deck,
        "effective_from": rfc3339(version.terms.effective_from_s),
        "timezone": version.terms.timezone,
    }
    return {**explained(price), "why": why}


def _print(document: Document) -> None:
    why, matched = document["why"], document["why"]["matched"]
    columns = ("from s", "to s", "billable s", "a minute", "amount", "window")
    keys = ("from_s", "to_s", "billable_s", "price_per_minute", "amount")
    pairs = zip(document["lines"], why["windows"], strict=True)
    print_table(columns, [(*(line[key] for key in keys), window or "always") for line, window in pairs])
    tariff = "no tariff: an emergency call then costs nothing"
    if matched is not None:
        applies = ", ".join(f"{name} {text or 'any'}" for name, text in matched.items())
        tariff = f"prefix {why['prefix'] or 'any'}; {applies}"
    for name, value in (
        ("amount", document["amount"]),
        ("destination", document["label"] or "any"),
        ("matched", tariff),
        ("version", f"{why['version']} of {why['deck']}, from {why['effective_from']} on"),
        ("window", f"{why['window'] or 'always'} ({why['timezone']})"),
    ):
        typer.echo(f"{name:12} {value}")
