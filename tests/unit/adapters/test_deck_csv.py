import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.adapters.deck_csv import DeckFile, read_deck
from worker.adapters.deck_csv_columns import COLUMN_NAMES
from worker.adapters.deck_csv_tariffs import DeckFault
from worker.domain.tariff_row import TariffRow

STANDARD = Path(__file__).parents[2] / "acceptance" / "decks" / "standard.csv"
PLAIN = TariffRow("", "", "", "49", "", 0, 0, 100_000)


def rows(text: str | bytes) -> list[TariffRow]:
    deck = read_deck(text.encode() if isinstance(text, str) else text)
    assert isinstance(deck, DeckFile), deck
    return deck.rows


def faults(text: str | bytes) -> list[DeckFault]:
    deck = read_deck(text.encode() if isinstance(text, str) else text)
    assert isinstance(deck, list)
    return deck


def test_the_standard_deck_is_right() -> None:
    deck = read_deck(STANDARD.read_bytes())

    assert isinstance(deck, DeckFile)
    assert len(deck.rows) == 208
    assert deck.warnings == []


def test_every_column_is_read() -> None:
    header = ",".join(COLUMN_NAMES)
    text = (
        f"{header}\n"
        'inbound,toll_free,US-payphone,1800,"a ""label"", long",0.55,0,0.019,30,6,mon-fri,08:00,18:00,5,2.5\n'
        "inbound,toll_free,US-payphone,1800,,,,0.01,,,mon-fri,18:00,08:00,,\n"
        "inbound,toll_free,US-payphone,1800,,,,0.01,,,sat,08:00,24:00,,\n"
        "inbound,toll_free,US-payphone,1800,,,,0.01,,,sun,,,,\n"
        "inbound,toll_free,US-payphone,1800,,,,0.01,,,mon,00:00,08:00,,\n"
    )

    first = next(row for row in rows(text) if row.label)

    label = 'a "label", long'
    key = ("inbound", "toll_free", "US-payphone", "1800")
    assert first == TariffRow(*key, label, 550_000, 0, 19_000, 30, 6, 31, 480, 1080, 5, 2_500_000)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("prefix,price_per_minute\n49,0.1\n", id="two columns"),
        pytest.param("price_per_minute;prefix\n0.1;49\n", id="semicolons and another order"),
        pytest.param("prefix,price_per_minute\r\n49,0.1\r\n", id="line ends of Windows"),
        pytest.param("prefix,price_per_minute\r49,0.1\r", id="line ends of an old Mac"),
        pytest.param("prefix,price_per_minute\n49,0.1", id="no last line end"),
        pytest.param('"prefix","price_per_minute"\n"49","0.1"\n', id="quotes everywhere"),
        pytest.param("\n\nprefix,price_per_minute\n\n49,0.1\n,\n\n", id="empty lines"),
        pytest.param(" prefix , price_per_minute \n 49 , 0.1 \n", id="blanks around"),
        pytest.param(codecs.BOM_UTF8 + b"prefix;price_per_minute\n49;0.1\n", id="a byte order mark"),
        pytest.param("prefix,price_per_minute,service,to_time\n49,0.100000,,\n", id="empty columns"),
    ],
)
def test_dialects_say_the_same(text: str | bytes) -> None:
    assert rows(text) == [PLAIN]


@pytest.mark.parametrize(
    ("cell", "column", "reason"),
    [
        ("outbound2", "service", "none of outbound, inbound, dial_in, dial_out"),
        ("tollfree", "number_type", "none of toll, toll_free, short_code, emergency"),
        ("US payphone", "origin", "letters, digits or hyphens"),
        ("A" * 17, "origin", "1 to 16"),
        ("+49", "prefix", "without +"),
        ("49x", "prefix", "1 to 15 digits"),
        ("1234567890123456", "prefix", "1 to 15 digits"),
        ("٤٩", "prefix", "1 to 15 digits"),
        ("4,42079E+11", "prefix", "shortened by a spreadsheet"),
        ("x" * 257, "label", "longer than 256"),
        ("a\x07b", "label", "control character"),
        ("-0.01", "connection_fee", "not between 0"),
        ("0,05", "connection_fee", "decimal comma"),
        ("1e3", "price_per_minute", "shortened by a spreadsheet"),
        ("0.0000001", "price_per_minute", "at most 6 decimals"),
        ("1000000.000001", "price_per_minute", "not between 0 and 1000000"),
        ("NaN", "price_per_minute", "no decimal number"),
        ("1_0", "price_per_minute", "no decimal number"),
        ("$0.05", "price_per_minute", "no decimal number"),
        ("1.5", "from_s", "whole number of seconds"),
        ("-1", "initial_s", "whole number of seconds"),
        ("0", "increment_s", "from 1 to"),
        ("604801", "increment_s", "to 604800"),
        ("9" * 5000, "increment_s", "whole number of seconds"),
        ("mon-fry", "weekdays", "'fry' is no weekday"),
        ("mon,,tue", "weekdays", "'' is no weekday"),
        ("8:00", "from_time", "no time of day"),
        ("24:01", "to_time", "no time of day"),
        ("soon", "free_under_s", "whole number of seconds"),
        ("1000000000001", "max_charge", "not between 0"),
    ],
)
def test_a_bad_cell_is_named_with_line_column_and_reason(cell: str, column: str, reason: str) -> None:
    cells = {"prefix": "49", "price_per_minute": "0.1"} | {column: f'"{cell}"'}
    good = ",".join("1" if name == "price_per_minute" else "" for name in COLUMN_NAMES)
    bad = ",".join(cells.get(name, "") for name in COLUMN_NAMES)

    found = faults(f"{','.join(COLUMN_NAMES)}\n{good}\n{bad}\n")

    assert [(fault.line, fault.column) for fault in found] == [(3, column)]
    assert reason in found[0].reason


def test_every_bad_line_is_named() -> None:
    text = "prefix,price_per_minute\n49,x\n50\n51,1\n51,2\n\xff,1\n52,\n".encode("latin-1")

    found = [(fault.line, fault.column) for fault in faults(text)]

    assert found == [(2, "price_per_minute"), (3, ""), (5, "from_s"), (6, ""), (7, "price_per_minute")]


@pytest.mark.parametrize(
    ("from_time", "to_time", "column"),
    [
        ("08:00", "", "to_time"),
        ("", "08:00", "to_time"),
        ("08:00", "08:00", "to_time"),
        ("24:00", "08:00", "from_time"),
    ],
)
def test_times_that_make_no_window_are_refused(from_time: str, to_time: str, column: str) -> None:
    found = faults(f"price_per_minute,from_time,to_time\n1,{from_time},{to_time}\n")

    assert [(fault.line, fault.column) for fault in found] == [(2, column)]


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        pytest.param("", "", "is empty", id="nothing"),
        pytest.param("prefix,price_per_minute\n", "", "no row", id="only a header"),
        pytest.param("prefix\n49\n", "price_per_minute", "missing from the header", id="no price"),
        pytest.param("price_per_minute,pricing\n1,1\n", "pricing", "unknown column", id="unknown column"),
        pytest.param("price_per_minute,prefix,prefix\n1,1,1\n", "prefix", "twice", id="a column twice"),
        pytest.param("prefix,price_per_minute\n49,1\n".encode("utf-16"), "", "UTF-16", id="UTF-16"),
        pytest.param("prefix,price_per_minute\n".encode("utf-16-be"), "", "UTF-16", id="UTF-16 without mark"),
        pytest.param(b"\x00" * 100, "", "UTF-16", id="zeros"),
    ],
)
def test_a_file_that_is_no_deck_is_refused(text: str | bytes, column: str, reason: str) -> None:
    found = faults(text)

    assert [(fault.line, fault.column) for fault in found] == [(1, column)]
    assert reason in found[0].reason


def test_a_destination_of_two_lines_is_told_in_one() -> None:
    (row,) = rows('prefix,label,price_per_minute\r\n49,"Germany \r\n mobile",0.1\r\n')

    assert row.label == "Germany mobile"


@settings(max_examples=200, deadline=None)
@given(content=st.one_of(st.binary(), st.text().map(lambda text: ("price_per_minute\n" + text).encode())))
def test_no_bytes_make_the_reader_fail(content: bytes) -> None:
    assert read_deck(content)
