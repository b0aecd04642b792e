"""`talktime publish`: usage from a CDR file."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from worker.cli.exits import BAD_NEWS

if TYPE_CHECKING:
    from worker.adapters.mapping import FileMapping


class FormatName(StrEnum):
    """The formats by name; the last two come with a later release."""

    JSONL = "jsonl"
    TEAMS_PSTN = "teams-pstn"
    ASTERISK = "asterisk"
    FREESWITCH = "freeswitch"


LATER: Final = frozenset({FormatName.ASTERISK, FormatName.FREESWITCH})


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish")(publish)


def publish(
    file_format: Annotated[FormatName, typer.Option("--format", help="What wrote the file.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The file, plain or in a ZIP.", show_default=False)
    ] = None,
    mapping_file: Annotated[
        Path | None,
        typer.Option("--mapping", help="TOML that says what the file does not.", show_default=False),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Whose usage it is; stands above the mapping.", show_default=False)
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            help="IANA zone of times without an offset; stands above the mapping.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and check everything, send nothing; needs no server.")
    ] = False,
    watch: Annotated[
        Path | None,
        typer.Option(help="Publish each new file of this folder once, until stopped.", show_default=False),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document a file and nothing else.")
    ] = False,
) -> None:
    """Publish usage from a CDR file, row by row; a row that cannot be usage is named with its line.

    To publish a file twice, or one that overlaps another, is safe: every call is charged once. Exit 1 when
    rows were rejected.
    """
    import asyncio

    from worker.adapters.formats import FORMATS
    from worker.cli.publish_run import Wishes, run

    if file_format in LATER:
        raise typer.BadParameter(
            f"{file_format} is not read by this release; allowed are {', '.join(FORMATS)}",
            param_hint="--format",
        )
    if file is None and watch is None:
        raise typer.BadParameter("a FILE is needed, or --watch DIR", param_hint="FILE")
    if watch is not None:
        check_folder(watch, dry_run=dry_run)
    wishes = Wishes(
        file=file,
        watch=watch,
        format=FORMATS[file_format],
        mapping=read_mapping(
            mapping_file, tenant, timezone, names_tenants=FORMATS[file_format].names_tenants
        ),
        dry_run=dry_run,
        as_json=as_json,
    )
    if not asyncio.run(run(wishes)):
        raise typer.Exit(BAD_NEWS)


def check_folder(folder: Path, *, dry_run: bool) -> None:
    """Refuse a folder that cannot be watched; what was published from it is remembered in it."""
    reason = ""
    if not folder.is_dir():
        reason = f"{folder} is not a folder"
    elif dry_run:
        reason = "--dry-run looks at one file"
    elif not os.access(folder, os.W_OK):
        reason = f"{folder} cannot be written, so what was published could not be remembered there"
    if reason:
        raise typer.BadParameter(reason, param_hint="--watch")


def read_mapping(
    path: Path | None, tenant: str | None, timezone: str | None, *, names_tenants: bool
) -> "FileMapping":
    """Read the mapping and what stands above it, and see that somebody says whose usage it is."""
    from worker.adapters.mapping import FileMapping, MappingError, load_mapping, override

    try:
        mapping = FileMapping() if path is None else load_mapping(path)
    except MappingError as error:
        raise typer.BadParameter(str(error), param_hint="--mapping") from None
    try:
        mapping = override(mapping, tenant, timezone)
    except MappingError as error:
        raise typer.BadParameter(str(error), param_hint="--tenant, --timezone") from None
    if names_tenants and mapping.tenant_column:
        raise typer.BadParameter(
            "tenant: its lines name their tenants, it has no columns", param_hint="--mapping"
        )
    if not (names_tenants or mapping.tenant or mapping.tenant_column):
        raise typer.BadParameter(
            "the file does not say whose usage it is: --tenant T, or tenant = in --mapping FILE, does",
            param_hint="--tenant",
        )
    return mapping
