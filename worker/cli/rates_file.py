"""A deck's file on its way in: read with a bar, its faults and warnings shown."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import typer

from worker.adapters.deck_csv import LARGEST_FILE_BYTES, DeckFile, read_deck
from worker.adapters.deck_csv_tariffs import DeckFault
from worker.cli.rates_documents import faulty

SHOWN_WARNINGS: Final = 20


def read_file(file: Path, *, quiet: bool) -> DeckFile | list[DeckFault]:
    """Read and check a file, with a bar for whoever watches."""
    if file.stat().st_size > LARGEST_FILE_BYTES:
        return [DeckFault(0, "", f"the file is larger than {LARGEST_FILE_BYTES} bytes")]
    content = file.read_bytes()
    with progress("checking", content.count(b"\n"), quiet=quiet) as advance:
        return read_deck(content, advance)


@contextmanager
def progress(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], object]]:
    """Show a bar where somebody watches; it is drawn on stderr."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def complain(faults: list[DeckFault], *, as_json: bool) -> bool:
    """Name every fault; False, for the answer is bad news."""
    if as_json:
        typer.echo(json.dumps({"errors": faulty(faults)}))
        return False
    for fault in faults:
        place = ", ".join(part for part in (f"line {fault.line}" if fault.line else "", fault.column) if part)
        typer.echo(f"{place or 'the file'}: {fault.reason}", err=True)
    return False


def warn(warnings: list[DeckFault]) -> None:
    """Show what the deck's owner should look at twice."""
    for warning in islice(warnings, SHOWN_WARNINGS):
        typer.echo(f"warning: line {warning.line}, {warning.column}: {warning.reason}", err=True)
    if len(warnings) > SHOWN_WARNINGS:
        typer.echo(f"warning: and {len(warnings) - SHOWN_WARNINGS} more (--json has all)", err=True)
