from datetime import datetime

import pytest

from tests.unit.domain.bundling import MARCH, bundled, terms, uses
from tests.unit.domain.deciding import NOW_S, UNIT, call, conference, decided, leg
from worker.domain.allowance import Use
from worker.domain.pay_by_allowance import return_seconds


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("timezone", "started", "month"),
    [
        ("UTC", "2026-02-28T23:59:59+00:00", 202602),
        ("UTC", "2026-03-01T00:00:00+00:00", 202603),
        ("Europe/Berlin", "2026-02-28T22:59:59+00:00", 202602),
        ("Europe/Berlin", "2026-02-28T23:00:00+00:00", 202603),
        ("America/New_York", "2026-03-01T04:59:59+00:00", 202602),
        ("America/New_York", "2026-03-01T05:00:00+00:00", 202603),
        ("Asia/Kathmandu", "2026-02-28T18:15:00+00:00", 202603),
    ],
)
def test_the_month_is_that_of_the_calls_start_where_the_tenant_is_however_late_it_comes(
    timezone: str, started: str, month: int
) -> None:
    draft = decided(bundled(terms(), timezone=timezone), call(started_s=at(started)))

    assert uses(draft) == {(1, month): 60}


@pytest.mark.parametrize(
    ("started", "month"),
    [
        # Clocks go forward on 29 March: March ends at 22:00 UTC, two hours behind local midnight.
        ("2026-03-31T21:59:59+00:00", 202603),
        ("2026-03-31T22:00:00+00:00", 202604),
        # And back on 25 October: October ends at 23:00 UTC.
        ("2026-10-31T22:59:59+00:00", 202610),
        ("2026-10-31T23:00:00+00:00", 202611),
        ("2026-10-25T00:30:00+00:00", 202610),
        ("2026-10-25T01:30:00+00:00", 202610),
    ],
)
def test_months_turn_at_local_midnight_also_after_a_clock_change(started: str, month: int) -> None:
    known = bundled(terms(), timezone="Europe/Berlin", now_s=at(started) + 60)

    assert uses(decided(known, call(started_s=at(started)))) == {(1, month): 60}


def test_late_usage_of_last_month_uses_what_last_month_has_left() -> None:
    used = [Use(1, 202602, 570, 0), Use(1, MARCH, 600, 100)]

    draft = decided(bundled(terms(), uses=used), call(started_s=NOW_S - 10 * 86_400, duration_s=60))

    assert uses(draft) == {(1, 202602): 600}
    assert draft.entries[0].amount_micros == -UNIT // 2


def test_a_changed_timezone_moves_no_call_of_a_month_that_began_before() -> None:
    """In Tokyo it was April already, but there the account's days turn only since."""
    started_s = at("2026-03-31T20:00:00+00:00")
    until_april = f"UTC@{at('2026-04-01T00:00:00+00:00')}"
    known = bundled(terms(), now_s=started_s + 86_400, timezone="Asia/Tokyo", former_timezones=until_april)

    assert uses(decided(known, call(started_s=started_s))) == {(1, 202603): 60}


def test_each_month_gets_back_what_it_paid_of_a_conference_across_its_turn() -> None:
    march, april = at("2026-03-31T23:59:00+00:00"), at("2026-04-01T00:00:00+00:00")
    legs = [leg(started_s=march, duration_s=60), leg(started_s=april, duration_s=120)]
    draft = decided(bundled(terms(), now_s=april + 200), conference(*legs))
    assert uses(draft) == {(1, 202603): 60, (1, 202604): 120}

    return_seconds(draft.entries[0], draft.lines, draft.accounts["acme"])

    assert uses(draft) == {(1, 202603): 0, (1, 202604): 0}
