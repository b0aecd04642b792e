"""`talktime rates`: import, list, export, compare, quote and explain rate decks, charge again by them."""

from pathlib import Path
from typing import Annotated, Final

import typer

from worker.cli.rates_options import (
    FROM_THE_BEGINNING,
    CurrencyOption,
    DeckOption,
    EffectiveFromOption,
    JsonOption,
    RoundingOption,
    RoundToOption,
    TimezoneOption,
)
from worker.domain.rounding import Rounding

BAD_NEWS: Final = 1

rates: Final = typer.Typer(no_args_is_help=True, help="Rate decks: what calls cost, and why.")

FileArgument = Annotated[
    Path, typer.Argument(help="The deck as CSV.", exists=True, dir_okay=False, readable=True)
]
DeckFileOption = Annotated[
    Path, typer.Option("--deck-file", help="The deck as CSV.", exists=True, dir_okay=False, readable=True)
]
UsageArgument = Annotated[
    Path,
    typer.Argument(
        help="JSON lines, each the data of a usage event.", exists=True, dir_okay=False, readable=True
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(rates, name="rates")


@rates.command("import")
def import_(
    file: FileArgument,
    deck: DeckOption,
    currency: CurrencyOption,
    timezone: TimezoneOption,
    effective_from: EffectiveFromOption,
    round_to: RoundToOption = "0.000001",
    rounding: RoundingOption = Rounding.UP,
    retroactive: Annotated[
        bool, typer.Option("--retroactive", help="Take over time that has passed: what is not yet charged.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring in a deck, or a new version of one; the whole file is checked first.

    Workers price with it at once. The same version again changes nothing.
    """
    from worker.cli.rates_import import import_file
    from worker.cli.rates_options import read_currency, read_name, read_terms

    terms = read_terms(timezone, effective_from, round_to, rounding)
    name, code = read_name(deck), read_currency(currency)
    if not import_file(file, name, code, terms, retroactive=retroactive, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@rates.command()
def quote(
    usage: UsageArgument,
    deck_file: DeckFileOption,
    deck: DeckOption = "quoted",
    currency: CurrencyOption = "USD",
    timezone: TimezoneOption = "UTC",
    effective_from: EffectiveFromOption = FROM_THE_BEGINNING,
    round_to: RoundToOption = "0.000001",
    rounding: RoundingOption = Rounding.UP,
    retroactive: Annotated[bool, typer.Option("--retroactive", hidden=True)] = False,
    as_json: Annotated[bool, typer.Option("--json", hidden=True)] = False,
) -> None:
    """Price usage by a deck's file, without any server: one JSON line for each line of usage."""
    from worker.cli.rates_options import read_currency, read_name, read_terms
    from worker.cli.rates_quote import quote_file

    del retroactive, as_json  # The options of an import are all accepted; quotes are always JSON.
    read_name(deck)
    read_currency(currency)
    terms = read_terms(timezone, effective_from, round_to, rounding)
    if not quote_file(usage, deck_file, terms):
        raise typer.Exit(BAD_NEWS)


@rates.command("list")
def list_(
    deck: Annotated[str | None, typer.Option("--deck", help="Only this deck.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List decks and their versions."""
    from worker.cli.rates_stored import show_versions

    if not show_versions(deck, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@rates.command()
def export(
    deck: Annotated[str, typer.Argument(help="A deck: NAME is its latest version, NAME@VERSION any.")],
    as_json: JsonOption = False,
) -> None:
    """Write a version as CSV; importing that gives the same version again."""
    from worker.cli.rates_stored import show_rows

    if not show_rows(deck, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@rates.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="NAME or NAME@VERSION.")],
    new: Annotated[str, typer.Argument(metavar="B", help="NAME or NAME@VERSION.")],
    as_json: JsonOption = False,
) -> None:
    """Show how tariffs differ from one version to another; exit code 1 when none does."""
    from worker.cli.rates_stored import show_changes

    if not show_changes(old, new, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@rates.command()
def rerate(
    deck: Annotated[str, typer.Option("--deck", help="Accounts that have this deck.")],
    from_: Annotated[str, typer.Option("--from", help="Calls that started from here on (RFC 3339).")],
    to: Annotated[str, typer.Option("--to", help="Calls that started before (RFC 3339).")],
    tenant: Annotated[str | None, typer.Option("--tenant", help="Only this tenant.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Charge usage again by the prices that hold now for its time, where they make another amount.

    The differences are shown first. Safe to repeat and to interrupt; exit code 1 when nothing differs.
    """
    from worker.cli.rates_options import read_moment
    from worker.cli.rates_rerate import Asked, rerate_stored
    from worker.domain.rerating import Window

    window = Window(deck, read_moment(from_, "--from"), read_moment(to, "--to"))
    if not rerate_stored(Asked(window, tenant), dry_run=dry_run, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@rates.command()
def explain(
    number: Annotated[str, typer.Argument(help="The rated number: 1 to 15 digits.")],
    at: Annotated[str, typer.Option("--at", help="When the call started (RFC 3339).")],
    duration: Annotated[
        int, typer.Option("--duration", min=0, max=604_800, help="How long it took, in seconds.")
    ],
    service: Annotated[str, typer.Option("--service")] = "outbound",
    number_type: Annotated[str, typer.Option("--number-type")] = "toll",
    origin: Annotated[str | None, typer.Option("--origin", help="Where the caller is.")] = None,
    deck: Annotated[str | None, typer.Option("--deck", help="Needed when there are several.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a call costs by the loaded decks, and why."""
    import json

    from worker.cli.rates_explain import show_explanation

    asked = {
        "service": service,
        "rated_number": number,
        "number_type": number_type,
        "origin": origin,
        "started_at": at,
        "duration_s": duration,
    }
    if not show_explanation(json.dumps(asked).encode(), deck, as_json=as_json):
        raise typer.Exit(BAD_NEWS)
