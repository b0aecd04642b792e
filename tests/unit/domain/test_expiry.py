from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from worker.domain.calendar import Timezones
from worker.domain.expiry import purchase_expires_s


@pytest.mark.parametrize(
    ("timezone", "paid", "expires"),
    [
        pytest.param("UTC", "2026-03-02T10:12:00", "2027-03-03T00:00:00", id="twelve months, the day's end"),
        pytest.param("UTC", "2024-02-29T23:59:59", "2025-03-01T00:00:00", id="29 February becomes the 28th"),
        pytest.param("UTC", "2023-02-28T12:00:00", "2024-02-29T00:00:00", id="28 February stays the 28th"),
        pytest.param("UTC", "2026-12-31T23:00:00", "2028-01-01T00:00:00", id="over the year's end"),
        pytest.param(
            "Europe/Berlin", "2026-03-27T12:00:00", "2027-03-28T00:00:00", id="the eve of summer time"
        ),
        pytest.param("Europe/Berlin", "2026-03-28T12:00:00", "2027-03-29T00:00:00", id="a day of 23 hours"),
        pytest.param("Europe/Berlin", "2026-10-31T12:00:00", "2027-11-01T00:00:00", id="a day of 25 hours"),
        pytest.param("Pacific/Auckland", "2026-06-01T23:30:00", "2027-06-02T00:00:00", id="far from UTC"),
        pytest.param("America/Sao_Paulo", "2017-10-14T12:00:00", "2018-10-15T00:00:00", id="before DST"),
    ],
)
def test_purchases_expire_at_the_end_of_the_day_a_year_later_by_the_tenants_clock(
    timezone: str, paid: str, expires: str
) -> None:
    zone = ZoneInfo(timezone)
    paid_s = int(datetime.fromisoformat(paid).replace(tzinfo=zone).timestamp())

    found = datetime.fromtimestamp(purchase_expires_s(paid_s, Timezones(timezone)), UTC).astimezone(zone)

    assert found.replace(tzinfo=None).isoformat() == expires


def test_the_day_is_the_tenants_and_not_that_of_greenwich() -> None:
    paid_s = int(datetime(2026, 3, 2, 23, 30, tzinfo=UTC).timestamp())

    tokyo = datetime.fromtimestamp(purchase_expires_s(paid_s, Timezones("Asia/Tokyo")), UTC)

    # It was the 3rd in Tokyo; the 4th begins there at 15:00 of the 3rd.
    assert tokyo == datetime(2027, 3, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize("paid_s", [-62_135_596_800, 253_402_300_799])
def test_the_first_and_the_last_moment_of_the_calendar_are_no_trouble(paid_s: int) -> None:
    for timezone in ("UTC", "Asia/Tokyo", "America/New_York"):
        purchase_expires_s(paid_s, Timezones(timezone))


def test_a_payment_expires_by_the_timezone_that_held_when_it_was_made() -> None:
    changed_s = int(datetime(2026, 4, 1, tzinfo=UTC).timestamp())
    zones = Timezones("America/New_York", f"UTC@{changed_s}")

    assert purchase_expires_s(changed_s - 1, zones) == purchase_expires_s(changed_s - 1, Timezones("UTC"))
    later = purchase_expires_s(changed_s, zones)
    assert later == purchase_expires_s(changed_s, Timezones("America/New_York"))
