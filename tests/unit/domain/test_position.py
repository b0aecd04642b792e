from worker.domain.position import Log, way_on

LOG = Log("cluster", 100, 200)


def test_a_position_in_its_log_needs_no_way_on() -> None:
    assert [way_on("cluster", offset, LOG) for offset in (100, 150, 200)] == [None] * 3


def test_below_the_log_what_is_missing_is_passed_over() -> None:
    way = way_on("cluster", 60, LOG)

    assert way is not None
    assert way[:3] == (60, 100, 100)
    assert way.problem == "offsets 60 to 99 are gone from the log"


def test_past_the_log_everything_there_is_read() -> None:
    way = way_on("cluster", 250, LOG)

    assert way is not None
    assert way[:3] == (200, 250, 100)


def test_in_another_cluster_everything_there_is_read() -> None:
    way = way_on("former", 150, LOG)

    assert way is not None
    assert way[:3] == (150, 150, 100)
    assert way.problem == "the position is of cluster former, not cluster"
