from itertools import chain

from worker.domain.refusals import RefusalLimit, Refused, latest, limit_passed

LIMIT = RefusalLimit(most=10, window=100)


def refused(count: int, *, tenants: int, start: int = 0) -> list[Refused]:
    return [Refused(start + number, b"%d" % (number % tenants)) for number in range(count)]


def test_the_limit_is_passed_by_more_than_so_many_that_are_more_than_half() -> None:
    assert not limit_passed(refused(10, tenants=10), 0, 10, LIMIT)
    assert limit_passed(refused(11, tenants=11), 0, 11, LIMIT)
    assert limit_passed(refused(11, tenants=11), 0, 21, LIMIT)
    assert not limit_passed(refused(11, tenants=11), 0, 22, LIMIT)


def test_one_tenant_counts_a_fifth_of_the_limit_at_most() -> None:
    one_tenant = refused(90, tenants=1)

    assert not limit_passed(one_tenant, 0, 90, LIMIT)
    assert not limit_passed(chain(one_tenant, refused(8, tenants=4, start=90)), 0, 98, LIMIT)
    assert limit_passed(chain(one_tenant, refused(10, tenants=10, start=90)), 0, 100, LIMIT)


def test_records_without_a_key_are_one_tenant() -> None:
    assert not limit_passed([Refused(number, None) for number in range(90)], 0, 90, LIMIT)


def test_what_left_the_window_is_forgotten() -> None:
    old = refused(11, tenants=11)

    assert not limit_passed(old, 0, 111, LIMIT)
    assert latest(old, 105, LIMIT) == tuple(old[5:])


def test_a_log_that_begins_late_counts_from_its_beginning() -> None:
    assert limit_passed(refused(11, tenants=11, start=5_000), 5_000, 5_011, LIMIT)
