"""CSV records: RFC 4180, in the delimiters that spreadsheets write, and beside broken neighbours."""

import pytest

from worker.adapters.cdr_file import UnusableFileError
from worker.adapters.csv_records import MAX_LINES_IN_RECORD, read_table
from worker.adapters.outcome import Rejected

UNCLOSED = Rejected("has a quote that never closes or stands inside a text, or more than 65536 characters")


def records(text: str) -> list[tuple[int, list[str] | Rejected]]:
    return list(read_table(iter(enumerate(text.splitlines(keepends=True), start=1))).records)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(delimiter: str) -> None:
    text = "id,number,note\n1,2,3\n".replace(",", delimiter)
    assert records(text) == [(2, ["1", "2", "3"])]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        pytest.param('"a, b",2', ["a, b", "2"], id="a delimiter in quotes"),
        pytest.param('"a ""b""",2', ['a "b"', "2"], id="quotes in quotes"),
        pytest.param('"a\nb",2', ["a\nb", "2"], id="a line end in quotes"),
        pytest.param('"a\n\n,b\n",2', ["a\n\n,b\n", "2"], id="several line ends in quotes"),
        pytest.param(",", ["", ""], id="empty cells"),
    ],
)
def test_quotes_are_those_of_rfc_4180(row: str, cells: list[str]) -> None:
    text = f"one,two\n{row}\n1,2\n"
    assert records(text) == [(2, cells), (3 + row.count("\n"), ["1", "2"])]


def test_blank_lines_are_nothing_and_still_count_as_lines() -> None:
    assert records("\na,b\n\n1,2\n  \n3,4\n\n") == [(4, ["1", "2"]), (6, ["3", "4"])]


@pytest.mark.parametrize(
    ("line", "flaw"),
    [
        pytest.param('"1,2', UNCLOSED, id="a quote that never closes"),
        pytest.param('1"x,2', UNCLOSED, id="a quote inside a cell"),
        pytest.param('"1"x,2', UNCLOSED, id="text after a closing quote"),
        pytest.param("1", Rejected("has 1 columns where the header has 2"), id="a cell too few"),
        pytest.param("1,2,3", Rejected("has 3 columns where the header has 2"), id="a cell too many"),
        pytest.param("1," + "2" * 70_000, UNCLOSED, id="a cell without end"),
    ],
)
def test_a_broken_record_costs_its_own_line_only(line: str, flaw: Rejected) -> None:
    below = [(number, ["1", "2"]) for number in range(3, 103)]
    assert records(f"a,b\n{line}\n" + "1,2\n" * 100) == [(2, flaw), *below]


def test_two_broken_quotes_do_not_swallow_what_is_between_them() -> None:
    found = records('a,b\n1,x"y\n3,4\n5,x"y\n7,8\n')
    assert [number for number, cells in found if isinstance(cells, Rejected)] == [2, 4]
    assert [cells for _, cells in found if not isinstance(cells, Rejected)] == [["3", "4"], ["7", "8"]]


def test_a_record_of_many_lines_is_refused_before_it_grows() -> None:
    found = records('a,b\n"1' + "\n" * (MAX_LINES_IN_RECORD + 5) + '",2\n3,4\n')
    assert found[0] == (2, UNCLOSED)
    assert found[-1] == (MAX_LINES_IN_RECORD + 8, ["3", "4"])


def test_a_line_that_is_no_text_ends_the_record_that_an_open_quote_began() -> None:
    flaw = Rejected("holds a NUL character")
    lines: list[tuple[int, str | Rejected]] = [(1, "a,b\n"), (2, '"1,2\n'), (3, flaw), (4, "3,4\n")]
    assert list(read_table(iter(lines)).records) == [(2, UNCLOSED), (3, flaw), (4, ["3", "4"])]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("", "is empty: a header line", id="empty"),
        pytest.param("\n \n", "is empty: a header line", id="blank"),
        pytest.param('"a,b\n1,2\n', "a quote that never closes", id="a broken header"),
    ],
)
def test_a_file_without_a_header_is_refused_whole(text: str, complaint: str) -> None:
    with pytest.raises(UnusableFileError, match=complaint):
        records(text)


def test_a_header_that_is_no_text_is_refused_with_its_line() -> None:
    with pytest.raises(UnusableFileError, match="line 1, where the header should be, is not UTF-8"):
        read_table(iter([(1, Rejected("is not UTF-8"))]))
