"""Output: JSON documents and tables on standard output."""

import json
import sys
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def print_json(document: object) -> None:
    """Print one document, readable by people too."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


async def print_json_rows(rows: AsyncIterable[Mapping[str, object]]) -> int:
    """Print an array row by row, however long it is; return how many there were."""
    count = 0
    async for row in rows:
        sys.stdout.write((",\n" if count else "[\n") + json.dumps(row, ensure_ascii=False))
        count += 1
    sys.stdout.write("\n]\n" if count else "[]\n")
    return count


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their columns' names; nothing is cut, and a pipe gets plain text."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    # Wider than any terminal when nobody looks: lines are then not broken.
    console = Console() if sys.stdout.isatty() else Console(width=1000, highlight=False)
    console.print(table, markup=False, highlight=False)
