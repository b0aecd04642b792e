"""Times of calls: exact or refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.adapters.call_times import read_time, write_time
from worker.adapters.outcome import Rejected

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2026-01-31T23:59:59Z", "2026-01-31T23:59:59Z", id="UTC"),
        pytest.param(
            "2026-01-31T23:59:59.9999999Z", "2026-01-31T23:59:59Z", id="a fraction is cut, not rounded"
        ),
        pytest.param(
            "2026-01-31 23:59:59.9999999 +00:00", "2026-01-31T23:59:59Z", id="as SQL Server prints it"
        ),
        pytest.param("2026-02-01T01:59:59+02:00", "2026-01-31T23:59:59Z", id="an offset"),
        pytest.param("2026-01-31T18:29:59-0530", "2026-01-31T23:59:59Z", id="an offset without a colon"),
        pytest.param("2024-02-29T12:00:00z", "2024-02-29T12:00:00Z", id="a leap day"),
        pytest.param("2026-01-31T23:59:59", "2026-01-31T23:59:59Z", id="no offset and no zone is UTC"),
    ],
)
def test_a_time_is_read_to_the_second(text: str, utc: str) -> None:
    seconds = read_time(text, None)
    assert not isinstance(seconds, Rejected)
    assert write_time(seconds) == utc


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2026-01-31 12:00:00", "2026-01-31T11:00:00Z", id="winter"),
        pytest.param("2026-07-31 12:00:00", "2026-07-31T10:00:00Z", id="summer"),
        pytest.param("2026-03-29 03:00:00", "2026-03-29T01:00:00Z", id="the first summer second"),
        pytest.param("2026-07-31T12:00:00Z", "2026-07-31T12:00:00Z", id="an offset in the file wins"),
    ],
)
def test_a_local_time_is_of_the_zone_that_was_named(text: str, utc: str) -> None:
    seconds = read_time(text, BERLIN)
    assert not isinstance(seconds, Rejected)
    assert write_time(seconds) == utc


@pytest.mark.parametrize("text", ["2026-10-25 02:30:00", "2026-03-29 02:30:00"])
def test_an_hour_that_the_clock_repeats_or_leaves_out_is_never_guessed(text: str) -> None:
    assert read_time(text, BERLIN) == Rejected(
        '"2026************" happens twice or never in Europe/Berlin, where the clock changes'
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-28",
        "31.01.2026 12:00",
        "1/31/2026 12:00:00 AM",
        "2026-W05-6T12:00:00Z",
        "20260131T120000Z",
        "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-00-00T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "2026-01-31T24:00:00Z",
        "2026-01-31T23:60:00Z",
        "2026-01-31T23:59:60Z",
        "2026-01-31T12:00:00+25:00",
        "٢٠٢٦-01-31T12:00:00Z",
        "46053.5",
        "2026-01-31T12:00:00Z" + "0" * 5000,
    ],
)
def test_what_is_no_time_is_refused_without_showing_it_whole(text: str) -> None:
    flaw = read_time(text, None)
    assert isinstance(flaw, Rejected)
    assert len(flaw.reason) < 120
    assert len(text) < 5 or text not in flaw.reason


def test_the_first_and_the_last_year_in_a_zone_are_refused_like_any_other_impossible_time() -> None:
    assert isinstance(read_time("0001-01-01 00:00:00", BERLIN), Rejected)
    assert isinstance(read_time("9999-12-31 23:59:59", BERLIN), Rejected)


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - given as UTC.
def test_a_time_written_is_the_time_read(moment: datetime) -> None:
    seconds = int(moment.replace(tzinfo=UTC, microsecond=0).timestamp())
    assert read_time(moment.isoformat(" "), None) == seconds
    assert read_time(write_time(seconds), BERLIN) == seconds
