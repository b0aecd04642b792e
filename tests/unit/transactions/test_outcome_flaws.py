import pytest

from worker.postgres.audit_counters import Counters
from worker.transactions.audit_findings import outcome_flaws


def counted(charged: int, *, later: int = 0, parked: int = 2, dead: int = 1) -> Counters:
    return Counters(
        charged=charged,
        parked=2,
        dead_lettered=1,
        positions=4,
        uneven=[],
        parked_rows=parked,
        charged_later=later,
        dead_letters=dead,
    )


@pytest.mark.parametrize(
    ("before", "after", "usages"),
    [
        pytest.param(counted(5), counted(5), 5, id="nothing happens meanwhile"),
        pytest.param(counted(5), counted(9), 7, id="calls are charged meanwhile"),
        pytest.param(counted(5, later=1), counted(5, later=2), 7, id="parked calls are charged meanwhile"),
    ],
)
def test_entries_between_the_two_readings_are_no_alarm(
    before: Counters, after: Counters, usages: int
) -> None:
    assert outcome_flaws(before, after, usages) == []


@pytest.mark.parametrize(
    ("after", "usages"),
    [
        pytest.param(counted(5), 4, id="an entry is gone"),
        pytest.param(counted(5), 6, id="an entry too many"),
        pytest.param(counted(5, parked=1), 5, id="a parked record is gone"),
        pytest.param(counted(5, dead=2), 5, id="a dead letter too many"),
        pytest.param(counted(5)._replace(uneven=["talktime.usage/3"]), 5, id="counters that do not add up"),
    ],
)
def test_what_is_lost_or_doubled_is_one_flaw(after: Counters, usages: int) -> None:
    assert len(outcome_flaws(counted(5), after, usages)) == 1
