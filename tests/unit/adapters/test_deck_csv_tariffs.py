import pytest

from worker.adapters.deck_csv import DeckFile, read_deck
from worker.adapters.deck_csv_tariffs import DeckFault


def faults(content: bytes) -> list[DeckFault]:
    deck = read_deck(content)
    assert isinstance(deck, list)
    return deck


def test_a_night_that_crosses_midnight_is_read_by_the_day_where_only_that_is_complete() -> None:
    text = (
        "prefix,price_per_minute,weekdays,from_time,to_time\n"
        '49,0.1,mon-fri,08:00,20:00\n49,0.2,mon-fri,20:00,08:00\n49,0.3,"sat,sun",,\n'
    )

    deck = read_deck(text.encode())

    assert isinstance(deck, DeckFile)
    assert [(row.price_per_minute_micros, *row.window) for row in deck.rows] == [
        (200_000, 31, 0, 480),
        (100_000, 31, 480, 1200),
        (200_000, 31, 1200, 1440),
        (300_000, 96, 0, 1440),
    ]
    assert [(warning.line, warning.column) for warning in deck.warnings] == [(3, "weekdays")]


def test_a_row_of_a_tariff_that_was_not_read_leaves_no_gap_to_complain_of() -> None:
    text = "prefix,price_per_minute,weekdays\n49,x,mon-fri\n49,1,sat-sun\n"

    assert [(fault.line, fault.column) for fault in faults(text.encode())] == [(2, "price_per_minute")]


def test_gaps_are_named_in_the_order_of_the_week() -> None:
    found = faults(b"prefix,price_per_minute,weekdays\n49,1,tue\n49,1,thu\n48,x,\n")

    assert [(fault.line, " ".join(fault.reason.split()[:7])) for fault in found[:3]] == [
        (2, "no price from mon 00:00 to tue"),
        (2, "no price from wed 00:00 to thu"),
        (2, "no price from fri 00:00 to mon"),
    ]
    assert [fault.line for fault in found[3:]] == [4]


@pytest.mark.parametrize(
    ("below", "lines"),
    [
        pytest.param("49,2,,,\n49,3,,,\n49,4,,,\n", [2, 4, 5], id="duplicates"),
        pytest.param("49,2,mon-fri,08:00,20:00\n49,3,mon,19:00,21:00\n", [2, 4], id="an overlap"),
        pytest.param('49,2,mon-fri,20:00,08:00\n49,3,"sat,sun",,\n', [2], id="nights of their own days"),
    ],
)
def test_a_row_that_was_not_read_hides_no_overlap_of_the_others(below: str, lines: list[int]) -> None:
    head = "prefix,price_per_minute,weekdays,from_time,to_time\n49,x,,,\n"

    found = faults((head + below).encode())

    assert [fault.line for fault in found] == lines


def test_a_row_for_any_service_that_outranks_a_named_one_is_warned_of() -> None:
    deck = read_deck(b"service,prefix,price_per_minute\noutbound,49,1\n,4930,2\n")

    assert isinstance(deck, DeckFile)
    assert [(warning.line, warning.column) for warning in deck.warnings] == [(3, "service")]
    assert "line 2" in deck.warnings[0].reason
