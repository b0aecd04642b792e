import pytest

from tests.integration.cases.desk import Read
from tests.unit.domain.deciding import NOW_S, facts, request, row
from worker.transactions.charge_batch import behind


def read(seconds_ago: int) -> Read:
    return Read("usage", 0, 0, (NOW_S - seconds_ago) * 1000, None, b"", ())


@pytest.mark.parametrize(
    ("elsewhere_s", "expected_s"),
    [
        pytest.param(0, 40, id="the oldest of the batch"),
        pytest.param(90, 90, id="older ones in partitions that are behind"),
    ],
)
def test_answers_may_wait_unread_as_long_as_the_oldest_record_does(elsewhere_s: int, expected_s: int) -> None:
    known = facts(row(), recharges=[request("r-1")])

    assert behind(known, [read(3), read(40), read(-9)], elsewhere_s).unread_s == expected_s


def test_the_clock_of_a_producer_that_is_ahead_makes_nothing_younger_than_now() -> None:
    assert behind(facts(row(), recharges=[request("r-1")]), [read(-60)], 0).unread_s == 0
