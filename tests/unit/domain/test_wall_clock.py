from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.domain.wall_clock import UnknownZoneError, WallClock, zone

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Etc/GMT+12",
    "UTC",
)


def told(timezone: str, instant_s: int) -> int:
    offset = datetime.fromtimestamp(instant_s, UTC).astimezone(ZoneInfo(timezone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


@settings(max_examples=300, deadline=None)
@given(timezone=st.sampled_from(ZONES), instant_s=st.integers(0, 4_000_000_000))
def test_an_offset_holds_as_long_as_it_says(timezone: str, instant_s: int) -> None:
    offset_s, until_s = WallClock(timezone).offset(instant_s)

    assert until_s > instant_s
    assert offset_s == told(timezone, instant_s) == told(timezone, until_s - 1)


@pytest.mark.parametrize("timezone", ZONES)
def test_a_year_is_cut_exactly_where_its_clock_changes(timezone: str) -> None:
    clock = WallClock(timezone)
    instant_s, end_s = 1_767_225_600, 1_798_761_600
    pieces = []
    while instant_s < end_s:
        offset_s, until_s = clock.offset(instant_s)
        pieces.append((instant_s, offset_s))
        instant_s = until_s

    for (_, before_s), (change_s, after_s) in pairwise(pieces):
        assert told(timezone, change_s - 1) == before_s
        assert told(timezone, change_s) == after_s
    changes = sum(before[1] != after[1] for before, after in pairwise(pieces))
    assert changes == (2 if ZONES.index(timezone) < 4 else 0)


@pytest.mark.parametrize("instant_s", [-(10**12), -62_135_596_800, 253_402_300_799, 10**12])
def test_times_outside_the_calendar_have_an_offset(instant_s: int) -> None:
    offset_s, until_s = WallClock("Europe/Berlin").offset(instant_s)

    assert abs(offset_s) < 86_400
    assert until_s > instant_s


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Berlin",
        "Europe",
        "europe/nowhere",
        "../../etc/passwd",
        "/etc/localtime",
        "right/UTC",
        "localtime",
        "posixrules",
        "A" * 500,
        "\0",
    ],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZoneError):
        zone(name)


@pytest.mark.parametrize("name", ["UTC", "Europe/Istanbul", "Etc/GMT+5", "America/Argentina/Buenos_Aires"])
def test_every_zone_of_the_database_is_accepted(name: str) -> None:
    assert zone(name).key == name
