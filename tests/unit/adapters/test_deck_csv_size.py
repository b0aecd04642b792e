from worker.adapters.deck_csv import DeckFile, read_deck
from worker.adapters.deck_csv_tariffs import MOST_ROWS_A_TARIFF


def test_whoever_watches_hears_how_far_the_reading_is() -> None:
    heard: list[int] = []
    lines = [f"{number},0.1" for number in range(12_000)]

    deck = read_deck("\n".join(["prefix,price_per_minute", *lines]).encode(), heard.append)

    assert isinstance(deck, DeckFile)
    assert len(deck.rows) == 12_000
    assert heard == [5_000, 10_000]


def test_a_tariff_of_too_many_rows_is_refused() -> None:
    steps = [f"{second},0.1" for second in range(MOST_ROWS_A_TARIFF + 1)]

    allowed = read_deck("\n".join(["from_s,price_per_minute", *steps[:-1]]).encode())
    refused = read_deck("\n".join(["from_s,price_per_minute", *steps]).encode())

    assert isinstance(allowed, DeckFile)
    assert isinstance(refused, list)
    assert [(fault.line, fault.column) for fault in refused] == [(2, "prefix")]
