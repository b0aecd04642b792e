"""The tenant's calendar, also over changed timezones."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from worker.domain.calendar import (
    Timezones,
    changed_zone,
    day_number,
    month_of,
    months_between,
    next_day_s,
    next_month_s,
    zone_at,
    zones_between,
)

ZONES = ["UTC", "Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Apia", "Asia/Kathmandu"]
MOMENTS = st.integers(1_600_000_000, 1_900_000_000)


def at(zone: str, year: int, month: int, day: int, *time: int) -> int:
    hour, minute, second = (*time, 0, 0, 0)[:3]
    return int(datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(zone)).timestamp())


def test_a_month_turns_at_local_midnight_also_where_the_clock_changed_in_between() -> None:
    berlin = Timezones("Europe/Berlin")

    assert month_of(berlin, at("Europe/Berlin", 2026, 3, 31, 23, 59, 59)) == 202603
    assert next_month_s(berlin, at("Europe/Berlin", 2026, 3, 1)) == at("Europe/Berlin", 2026, 4, 1)
    assert next_month_s(berlin, at("Europe/Berlin", 2026, 12, 31)) == at("Europe/Berlin", 2027, 1, 1)


def test_a_day_of_a_clock_change_has_23_hours() -> None:
    berlin = Timezones("Europe/Berlin")
    begins = at("Europe/Berlin", 2026, 3, 29)

    assert next_day_s(berlin, begins) - begins == 23 * 3600
    assert day_number(berlin, next_day_s(berlin, begins)) == day_number(berlin, begins) + 1


def test_a_changed_zone_holds_from_the_next_month_of_the_old_one() -> None:
    now_s = at("Europe/Berlin", 2026, 3, 15)

    zones = changed_zone(Timezones("Europe/Berlin"), "Asia/Tokyo", now_s)

    assert zone_at(zones, now_s) == "Europe/Berlin"
    assert zone_at(zones, at("Europe/Berlin", 2026, 4, 1) - 1) == "Europe/Berlin"
    assert zone_at(zones, at("Europe/Berlin", 2026, 4, 1)) == "Asia/Tokyo"


def test_the_zones_and_months_of_a_stretch_are_those_that_held_in_it() -> None:
    begins = at("UTC", 2026, 3, 10)
    changed = changed_zone(Timezones("Asia/Tokyo"), "America/Los_Angeles", begins)
    tokyo, turns = at("Asia/Tokyo", 2026, 4, 1), at("America/Los_Angeles", 2026, 4, 1)

    assert zones_between(changed, begins, tokyo) == ("Asia/Tokyo",)
    assert zones_between(changed, begins, tokyo + 1) == ("Asia/Tokyo", "America/Los_Angeles")
    assert zones_between(changed, tokyo, turns) == ("America/Los_Angeles",)
    # March goes on where the new clock is behind the old one.
    assert list(months_between(changed, begins, turns - 1)) == [(202603, begins)]
    assert list(months_between(changed, begins, turns)) == [(202603, begins), (202604, turns)]


def test_a_change_that_has_not_begun_is_replaced_and_one_back_ends_it() -> None:
    now_s = at("Europe/Berlin", 2026, 3, 15)
    tokyo = changed_zone(Timezones("Europe/Berlin"), "Asia/Tokyo", now_s)

    utc = changed_zone(tokyo, "UTC", now_s + 60)

    assert zone_at(utc, at("UTC", 2026, 4, 15)) == "UTC"
    assert changed_zone(utc, "Europe/Berlin", now_s + 120) == Timezones("Europe/Berlin")


@given(st.lists(st.tuples(st.sampled_from(ZONES), MOMENTS), max_size=6), MOMENTS)
def test_months_never_run_backwards_whatever_zones_were_changed(
    changes: list[tuple[str, int]], moment_s: int
) -> None:
    zones = Timezones("Europe/Berlin")
    for zone, now_s in sorted(changes, key=lambda change: change[1]):
        zones = changed_zone(zones, zone, now_s)

    turn = next_month_s(zones, moment_s)

    assert turn > moment_s
    assert month_of(zones, turn - 1) == month_of(zones, moment_s) < month_of(zones, turn)


@given(st.sampled_from(ZONES), MOMENTS)
def test_a_local_day_is_that_of_the_wall_clock(zone: str, moment_s: int) -> None:
    wall = datetime.fromtimestamp(moment_s, UTC).astimezone(ZoneInfo(zone))

    assert day_number(Timezones(zone), moment_s) == wall.toordinal()
    assert day_number(Timezones(zone), next_day_s(Timezones(zone), moment_s)) > wall.toordinal()


def test_the_last_second_that_can_be_written_has_a_month_in_every_zone() -> None:
    assert {month_of(Timezones(zone), 253_402_300_799) for zone in ZONES} == {999912}
