import pytest

from worker.bench.calls import Call, Calls
from worker.bench.figures import KINDS
from worker.bench.plan import FULL, QUICK
from worker.bench.workloads import ORDINARY, WORKLOADS, Workload, backlog

EVENTS = 20_000


def records(workload: Workload) -> list[Call]:
    calls = Calls(["a", "b", "c"], ["49"], seed=1, random_ids=workload.random_ids)
    return list(backlog(workload, calls, EVENTS, 1))


def test_an_ordinary_backlog_holds_nothing_twice() -> None:
    made = records(ORDINARY)

    assert len(made) == len(set(made)) == EVENTS


@pytest.mark.parametrize("name", ["duplicates", "poison"])
def test_one_record_in_a_hundred_is_another(name: str) -> None:
    made = records(WORKLOADS[name])

    others = len(made) - len({one.value for one in made if one.value.endswith(b"}}")})
    assert len(made) == EVENTS
    assert others / EVENTS == pytest.approx(0.01, abs=0.003)


def test_random_ids_do_not_follow_each_other() -> None:
    ids = [value[29:65] for _, value in records(WORKLOADS["rows_20m_random"])]

    assert ids != sorted(ids)


def test_a_tenant_that_calls_once_does_so() -> None:
    calls = Calls([f"t-{number}" for number in range(50)], ["49"], seed=1)

    made = list(backlog(Workload("each once", tenants=50), calls, 50, 1))

    assert sorted(one.tenant_id for one in made) == sorted(calls.tenants)


def test_every_workload_of_a_plan_is_known_and_has_a_figure() -> None:
    planned = QUICK.workloads.keys() | FULL.workloads.keys()

    assert planned == WORKLOADS.keys()
    assert all(any(kind.name.startswith(name) for kind in KINDS) for name in planned)
