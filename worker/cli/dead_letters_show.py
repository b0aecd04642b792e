"""Dead letters whole: their bytes as text where they are text, numbers masked."""

import re
from base64 import b64encode
from collections.abc import Collection
from typing import Final
from uuid import UUID

import typer

from worker.cli.dead_letters_run import document
from worker.cli.output import print_json
from worker.cli.settling import with_pool
from worker.codec.times import rfc3339
from worker.postgres.dead_letter_views import WholeLetter, whole_letters
from worker.postgres.snapshot import read_cells, snapshot
from worker.postgres.transaction import Database

# As many digits as a telephone number has at least: what may be one is masked.
LONG_NUMBER: Final = re.compile(rb"[0-9]{7,}")
CLEAR_DIGITS: Final = 4


def show_whole(ids: Collection[UUID], *, reveal: bool, as_json: bool) -> bool:
    """Show dead letters with all that was kept; whether every one was found."""

    async def show(pool: Database) -> bool:
        async with snapshot(pool) as tx:
            cells = await read_cells(tx)
        letters: list[WholeLetter] = []
        for cell in cells:
            async with snapshot(pool) as tx:
                letters += await whole_letters(tx, cell, ids)
        documents = [_document(letter, reveal=reveal) for letter in letters]
        if as_json:
            print_json(documents)
        else:
            for one in documents:
                typer.echo("\n".join(f"{name}: {value}" for name, value in one.items()) + "\n")
        missing = len(set(ids)) - len(letters)
        if missing:
            typer.echo(f"{missing} not found: `talktime dead-letters list` names them", err=True)
        return not missing

    return with_pool(show)


def _document(whole: WholeLetter, *, reveal: bool) -> dict[str, object]:
    settled = whole.settled_s
    return document(whole.letter) | {
        "cluster_id": whole.letter.cluster_id,
        "key": readable(whole.record_key, reveal=reveal),
        "headers": [
            {"name": name, **(readable(value, reveal=reveal) or {})} for name, value in whole.headers
        ],
        "value": readable(whole.value, reveal=reveal),
        "settled_at": None if settled is None else rfc3339(settled),
        "settled_as": whole.settled_as,
    }


def readable(value: bytes | None, *, reveal: bool) -> dict[str, str] | None:
    """Give bytes as `text` when they are UTF-8, else as `base64`; None: there were none."""
    if value is None:
        return None
    shown = value if reveal else LONG_NUMBER.sub(_masked, value)
    try:
        return {"text": shown.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(shown).decode("ascii")}


def _masked(number: re.Match[bytes]) -> bytes:
    digits = number[0]
    return digits[:CLEAR_DIGITS] + b"*" * (len(digits) - CLEAR_DIGITS)
