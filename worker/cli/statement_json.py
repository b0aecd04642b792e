"""A statement as one JSON document, written entry by entry."""

import json
import sys
from collections.abc import AsyncIterator
from typing import Final

from worker.codec.statements import Document, entry_document, statement_document, sum_document
from worker.postgres.statement_views import OpenStatement

# Made once: `json.dumps` with options makes one for every entry.
encode: Final = json.JSONEncoder(ensure_ascii=False).encode


async def write_json(opened: OpenStatement) -> None:
    """Write a statement, however long it is; its head comes first, with the closing balance."""
    head = encode(statement_document(opened.statement))
    sys.stdout.write(f'{head[:-1]}, "entries": [')
    between = "\n"
    async for document in documents(opened):
        sys.stdout.write(between + encode(document))
        between = ",\n"
    sys.stdout.write("\n]}\n")


async def documents(opened: OpenStatement) -> AsyncIterator[Document]:
    """Give the documents of a statement's entries, or of the sums that are left of them."""
    statement = opened.statement
    balance_micros = statement.opening_micros
    for total in statement.sums or ():
        balance_micros += total.amount_micros
        yield sum_document(total, balance_micros, statement.span.to_s - 1)
    async for page in opened.pages():
        for stated in page:
            yield entry_document(stated)
