from hypothesis import given, settings

from tests.unit.domain.random_decks import decks
from worker.domain.deck_diff import diff_decks
from worker.domain.tariff_row import TariffRow


def row(prefix: str, micros: int = 1, from_s: int = 0) -> TariffRow:
    return TariffRow("", "", "", prefix, "", 0, from_s, micros)


def test_added_removed_and_changed_tariffs_are_told_apart() -> None:
    old = [row("1"), row("2"), row("3"), row("5"), row("5", from_s=60)]
    new = [row("2"), row("3", 9), row("4"), row("5")]

    changes = [(change.change, change.old, change.new) for change in diff_decks(old, new)]

    assert changes == [
        ("removed", (row("1"),), ()),
        ("changed", (row("3"),), (row("3", 9),)),
        ("added", (), (row("4"),)),
        ("changed", (row("5"), row("5", from_s=60)), (row("5"),)),
    ]


@settings(max_examples=60, deadline=None)
@given(old=decks(), new=decks())
def test_a_difference_turns_one_deck_into_the_other(old: list[TariffRow], new: list[TariffRow]) -> None:
    changes = list(diff_decks(old, new))

    gone = {one for change in changes for one in change.old}
    come = [one for change in changes for one in change.new]
    assert set(old) - gone | set(come) == set(new)
    assert list(diff_decks(old, old)) == []
