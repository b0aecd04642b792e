"""Import a deck's file: checked whole, then brought in whole."""

import json
from pathlib import Path

import typer

from worker.adapters.deck_csv_tariffs import DeckFault
from worker.cli.rates_documents import Document, faulty
from worker.cli.rates_file import complain, progress, read_file, warn
from worker.cli.rates_stored import with_database
from worker.domain.tariff import NewVersion, VersionTerms
from worker.postgres.transaction import Database
from worker.transactions.import_deck import Imported, Refused, import_deck


def import_file(
    file: Path, deck: str, currency: str, terms: VersionTerms, *, retroactive: bool, as_json: bool
) -> bool:
    """Import a file and say how it went; whether it went well."""
    read = read_file(file, quiet=as_json)
    if isinstance(read, list):
        return complain(read, as_json=as_json)
    new = NewVersion(deck, currency, terms, read.rows)

    with progress("writing", len(new.rows), quiet=as_json) as advance:

        async def bring_in(pool: Database) -> Imported | Refused:
            return await import_deck(pool, new, retroactive=retroactive, progress=advance)

        result = with_database(bring_in)
    if not isinstance(result, Imported):
        return complain([DeckFault(0, result.option, result.reason)], as_json=as_json)
    document: Document = {"deck": deck, "version": result.version_id, "rows": result.rows}
    document |= {"released": result.released, "warnings": faulty(read.warnings)}
    if as_json:
        typer.echo(json.dumps(document))
    else:
        warn(read.warnings)
        typer.echo(f"{deck}: version {result.version_id}, {result.rows} rows, {result.released} released")
    return True
