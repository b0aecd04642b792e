import csv
import io
from html.parser import HTMLParser
from typing import ClassVar

import pytest

from tests.integration.accounts_command import Accounts, point_at
from tests.integration.cases.crediting import changed
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import call, conference, credit, leg, opened
from tests.integration.cases.house import House

DAY_US = 86_400 * 1_000_000
SOURCE = "/tests/platform"


@pytest.fixture
async def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nobody works here but the test, at whatever time it says."""
    point_at(house.settings, monkeypatch)
    return await desk_in(house)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


async def test_a_spreadsheet_is_given_values_and_never_a_formula(desk: Desk, accounts: Accounts) -> None:
    named = '=HYPERLINK("http://x")'
    await desk.charge(opened("acme"))
    await desk.charge(
        call("acme", "@SUM(A1)", user_id=named, call_id="-1+1"),
        call("acme", "second", user_id='says "one, two"'),
    )

    _, text, _ = await accounts.text("statement", "acme", "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["kind"] for row in rows] == ["opening", "usage.call", "usage.call", "closing"]
    first, second = sorted(rows[1:3], key=lambda row: row["usage_id"])
    assert (first["user_id"], first["usage_id"]) == (f"'{named}", "'@SUM(A1)")
    assert (second["user_id"], second["amount"], second["currency"]) == ('says "one, two"', "-1", "USD")
    assert rows[-1]["balance_after"] == "-2"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


async def test_a_page_to_print_runs_nothing_and_fetches_nothing(desk: Desk, accounts: Accounts) -> None:
    await desk.charge(opened("acme", name="<b>Acme</b> & sons"))
    await desk.charge(call("acme", user_id="<script>alert(1)</script>"))

    _, page, _ = await accounts.text("statement", "acme", "--format", "html")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Acme&lt;/b&gt; &amp; sons" in page
    assert not any(word in page for word in ("<script", "<b>", "http:", "https:", "src=", "@import", "url("))
    assert "@media print" in page
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")


async def test_times_are_told_by_the_clock_that_held_and_not_by_one_that_is_to_come(
    desk: Desk, accounts: Accounts
) -> None:
    await desk.charge(opened("acme", timezone="Asia/Tokyo"), credit("acme", "5"))
    await desk.charge(changed("acme", timezone="America/New_York"))

    _, text, _ = await accounts.text("statement", "acme")
    _, page, _ = await accounts.text("statement", "acme", "--format", "html")

    assert text.startswith("Statement of acme, everything that is kept (USD, Asia/Tokyo)\n")
    assert "times in Asia/Tokyo.</p>" in page


async def test_a_page_to_print_is_well_formed(desk: Desk, accounts: Accounts) -> None:
    await desk.charge(opened("acme"), credit("acme", "5"), conference("acme", leg("a"), leg("b")))

    _, page, _ = await accounts.text("statement", "acme", "--format", "html")

    reader = Nesting()
    reader.feed(page)
    reader.close()
    assert (reader.open, reader.wrong) == ([], [])
    assert reader.rows["thead"] == [8]
    assert reader.rows["tbody"] == [8, 8, 8]
    assert reader.rows["tfoot"] == [8]


class Nesting(HTMLParser):
    """Follows which elements are open, and how many columns each part of a table has a row."""

    VOID: ClassVar = {"meta", "br", "hr", "img", "link", "input"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.rows: dict[str, list[int]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.setdefault(self.open[-1], []).append(0)
        if tag in {"td", "th"}:
            self.rows[self.open[-2]][-1] += int(dict(attrs).get("colspan") or 1)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)
