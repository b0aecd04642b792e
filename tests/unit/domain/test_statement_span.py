import pytest

from tests.unit.domain.deciding import NOW_S
from worker.domain.calendar import Timezones, changed_zone, month_of
from worker.domain.statement_span import is_ahead, is_settled, month_span


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"]
)
@pytest.mark.parametrize("moved_to", [None, "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati"])
def test_months_follow_each_other_without_gap_or_overlap(zone: str, moved_to: str | None) -> None:
    zones = Timezones(zone)
    if moved_to:
        zones = changed_zone(zones, moved_to, NOW_S)

    spans = [month_span(zones, month) for month in (202601, 202602, 202603, 202604, 202605, 202606)]

    assert [before.to_s for before in spans[:-1]] == [after.from_s for after in spans[1:]]
    for span, month in zip(spans, range(202601, 202607), strict=True):
        assert span.from_s < span.to_s
        assert {month_of(zones, moment) for moment in (span.from_s, span.to_s - 1)} == {month}


def test_a_month_is_settled_a_little_after_its_end_and_ahead_before_its_beginning() -> None:
    zones = Timezones("Europe/Berlin")
    span = month_span(zones, 202603)

    assert [is_settled(span, span.to_s + late_s) for late_s in (-1, 299, 300)] == [False, False, True]
    assert [is_ahead(zones, 202603, span.from_s + late_s) for late_s in (-1, 0)] == [True, False]
