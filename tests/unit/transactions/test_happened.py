from tests.unit.domain.deciding import NOW_S, call, conference, leg
from tests.unit.domain.revising import correction, void
from worker.transactions.happened import happened_s


def test_a_conference_happens_with_its_last_leg() -> None:
    parts = conference(leg(started_s=NOW_S + 9), leg(started_s=NOW_S))

    assert happened_s(parts) == NOW_S + 9
    assert happened_s(correction(call(started_s=NOW_S), parts)) == NOW_S + 9


def test_a_revision_happens_with_the_usage_that_it_names() -> None:
    used = call(started_s=NOW_S + 9)

    assert happened_s(used) == happened_s(void(used)) == NOW_S + 9
    assert happened_s(correction(used, call(started_s=NOW_S))) == NOW_S + 9
