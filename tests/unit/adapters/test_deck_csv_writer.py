import csv
import io

from hypothesis import given, settings

from tests.unit.domain.random_decks import decks
from worker.adapters.deck_csv import DeckFile, read_deck
from worker.adapters.deck_csv_columns import COLUMN_NAMES
from worker.adapters.deck_csv_writer import row_cells
from worker.domain.tariff_row import TariffRow


@settings(max_examples=100, deadline=None)
@given(rows=decks())
def test_what_is_exported_is_imported_as_it_was(rows: list[TariffRow]) -> None:
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMN_NAMES)
    table.writeheader()
    table.writerows(row_cells(row) for row in rows)

    deck = read_deck(text.getvalue().encode())

    assert isinstance(deck, DeckFile)
    assert deck.rows == rows


def test_labels_of_any_text_survive() -> None:
    label = 'Côte "d\'Ivoire", mobile; 移动'
    row = TariffRow("", "", "", "225", label, 0, 0, 1)
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMN_NAMES)
    table.writeheader()
    table.writerow(row_cells(row))

    deck = read_deck(text.getvalue().encode())

    assert isinstance(deck, DeckFile)
    assert deck.rows == [row]
