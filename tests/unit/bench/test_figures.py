from typing import Any

import pytest

from worker.bench.figures import KINDS, figures

RUNS = {
    "worker_2": [120_000.0, 160_000.0],
    "naive_16": [4_000.0, 4_000.0],
    "cpu_worker": [9.0, 9.5, 20.0],
    "naive_cpu_worker": [95.0],
}


def figure(name: str, earlier: dict[str, float] | None = None) -> dict[str, Any]:
    return next(found for found in figures(RUNS, earlier) if found["name"] == name)


def test_a_figure_is_the_median_of_its_runs_beside_the_naive_one() -> None:
    found = figure("worker_2")

    assert found["value"] == 140_000
    assert found["baseline"] == 4_000
    assert found["ratio"] == 35
    assert found["runs"] == [120_000, 160_000]
    assert found["spread"] == pytest.approx(40_000 / 140_000, rel=1e-3)


def test_a_rate_must_reach_its_goal_and_a_cost_stay_below() -> None:
    assert (figure("worker_2")["goal_is"], figure("worker_2")["goal_met"]) == ("at least", False)
    assert (figure("cpu_worker")["goal_is"], figure("cpu_worker")["goal_met"]) == ("at most", True)


def test_what_could_not_be_measured_is_there_without_a_value() -> None:
    found = figure("p99")

    assert (found["value"], found["ratio"], found["goal_met"], found["runs"]) == (None, None, None, [])


def test_every_figure_is_always_there_with_the_agreed_fields() -> None:
    found = figures({})

    assert [one["name"] for one in found] == [kind.name for kind in KINDS]
    agreed = {"name", "value", "unit", "goal", "baseline", "ratio", "runs"}
    assert all(agreed <= one.keys() for one in found)


def test_an_earlier_run_stands_beside_the_naive_one() -> None:
    found = figure("worker_2", {"worker_2": 70_000.0})

    assert (found["earlier"], found["earlier_ratio"], found["ratio"]) == (70_000, 2, 35)


def test_a_figure_that_the_earlier_run_did_not_have_has_no_ratio_to_it() -> None:
    found = figure("worker_2", {})

    assert (found["earlier"], found["earlier_ratio"]) == (None, None)


def test_every_baseline_is_a_figure_of_its_own() -> None:
    names = {kind.name for kind in KINDS}

    assert {kind.baseline for kind in KINDS if kind.baseline} <= names
