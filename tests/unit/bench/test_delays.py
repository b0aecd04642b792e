import pytest

from worker.bench.delays import Sent, Sighting, commit_delays, percentile


def test_a_delay_ends_at_the_first_position_beyond_the_event() -> None:
    sent = [Sent(0, 4, 10.0), Sent(0, 5, 10.5), Sent(1, 0, 10.0)]
    seen = {0: [Sighting(4, 10.25), Sighting(5, 11.0), Sighting(9, 12.0)], 1: [Sighting(1, 10.125)]}

    assert commit_delays(sent, seen) == [1.0, 1.5, 0.125]


@pytest.mark.parametrize("seen", [{}, {0: []}, {0: [Sighting(4, 11.0)]}, {1: [Sighting(9, 11.0)]}])
def test_an_event_that_no_position_passed_is_not_left_out(seen: dict[int, list[Sighting]]) -> None:
    with pytest.raises(LookupError, match="offset 4 of partition 0"):
        commit_delays([Sent(0, 4, 10.0)], seen)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        pytest.param(0.5, 50, id="half are at most the median"),
        pytest.param(0.99, 99, id="one in a hundred is slower than p99"),
        pytest.param(1.0, 100, id="nothing is slower than the slowest"),
        pytest.param(0.001, 1, id="something is always the fastest"),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile(range(100, 0, -1), share) == expected


def test_the_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 0.99) == 7.0
