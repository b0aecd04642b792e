import pytest
from hypothesis import given, settings

from tests.unit.domain.random_decks import tariffs
from worker.domain.tariff_row import TariffRow, canonical_order
from worker.domain.week import week_faults, weekdays_text, window_text

ROW = TariffRow("", "", "", "49", "", 0, 0, 10_000)
WORKDAYS = 0b0011111
WEEKEND = 0b1100000


def window(weekdays: int, from_hour: int, to_hour: int, from_s: int = 0) -> TariffRow:
    return ROW._replace(weekdays=weekdays, from_minute=from_hour * 60, to_minute=to_hour * 60, from_s=from_s)


@settings(max_examples=60, deadline=None)
@given(tariff=tariffs())
def test_a_week_cut_completely_has_no_fault(tariff: list[TariffRow]) -> None:
    assert list(week_faults(sorted(tariff, key=canonical_order))) == []


@settings(max_examples=60, deadline=None)
@given(tariff=tariffs())
def test_a_week_that_lacks_a_piece_has_a_gap(tariff: list[TariffRow]) -> None:
    lacking = [row for row in tariff if row.window != tariff[0].window] or [ROW._replace(from_s=1)]

    assert list(week_faults(lacking)) != []


@settings(max_examples=60, deadline=None)
@given(tariff=tariffs())
def test_a_week_with_a_piece_twice_has_an_overlap(tariff: list[TariffRow]) -> None:
    assert list(week_faults([*tariff, tariff[0]])) != []


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        pytest.param(
            [window(WORKDAYS, 8, 18)],
            [
                "no price from mon 00:00 to mon 08:00",
                "no price from mon 18:00 to tue 08:00",
                "no price from tue 18:00 to wed 08:00",
                "no price from wed 18:00 to thu 08:00",
                "no price from thu 18:00 to fri 08:00",
                "no price from fri 18:00 to mon 00:00",
            ],
            id="only the peak",
        ),
        pytest.param([window(WORKDAYS, 0, 24)], ["no price from sat 00:00 to mon 00:00"], id="no weekend"),
        pytest.param([ROW._replace(from_s=60)], ["no price from second 0 on"], id="no first step"),
        pytest.param([ROW, ROW], ["is a duplicate of"], id="the same row twice"),
        pytest.param(
            [window(127, 8, 20), window(127, 19, 8)], ["overlaps, from mon 19:00 on,"], id="an hour twice"
        ),
        pytest.param(
            [window(127, 0, 24), window(WEEKEND, 10, 11, from_s=60)], [], id="a step of one window only"
        ),
        pytest.param(
            [window(127, 0, 24), window(127, 0, 24, from_s=60), window(WEEKEND, 10, 11, from_s=60)],
            ["overlaps, from sat 10:00 on,"],
            id="two rows for one step",
        ),
        pytest.param(
            [window(WORKDAYS, 20, 8), window(127, 8, 20), window(WEEKEND, 20, 8)],
            [],
            id="a night belongs to the day on which it begins",
        ),
    ],
)
def test_gaps_and_overlaps_are_named(rows: list[TariffRow], reasons: list[str]) -> None:
    faults = list(week_faults(rows))

    assert len(faults) == len(reasons)
    for fault, reason in zip(faults, reasons, strict=True):
        assert fault.reason.startswith(reason)


@pytest.mark.parametrize(
    ("weekdays", "text"),
    [
        (0b0011111, "mon-fri"),
        (0b1100000, "sat,sun"),
        (0b1111111, "mon-sun"),
        (0b0000101, "mon,wed"),
        (0b1000001, "mon,sun"),
        (0b1110111, "mon-wed,fri-sun"),
        (0b0100000, "sat"),
    ],
)
def test_weekdays_are_written_as_people_do(weekdays: int, text: str) -> None:
    assert weekdays_text(weekdays) == text


def test_a_window_is_written_as_in_the_file() -> None:
    assert window_text(ROW) is None
    assert window_text(window(WORKDAYS, 8, 24)) == "mon-fri 08:00-24:00"
