"""A statement as a page to be printed: nothing is fetched from anywhere, every text is escaped."""

import sys
from typing import Final

from jinja2 import Environment, PackageLoader

from worker.cli.statement_rows import row_of, sum_rows, title
from worker.domain.micros import format_micros
from worker.postgres.statement_views import OpenStatement

# Escaped whatever a file is called; a misspelt name is an error.
PAGES: Final = Environment(
    loader=PackageLoader("worker.cli", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
TEMPLATE: Final = "statement.html"


async def write_html(opened: OpenStatement) -> None:
    """Write a page whose rows come as they are read, so that its length does not matter."""
    statement = opened.statement
    macros = vars(
        PAGES.get_template(TEMPLATE).make_module(
            {
                "title": title(statement),
                "statement": statement,
                "opening": format_micros(statement.opening_micros),
                "closing": format_micros(statement.closing_micros),
            }
        )
    )
    rows = macros["rows"]
    sys.stdout.write(macros["head"]())
    sys.stdout.write(rows(sum_rows(statement)))
    async for page in opened.pages():
        sys.stdout.write(rows(row_of(stated, statement.timezones) for stated in page))
    sys.stdout.write(macros["foot"]())
