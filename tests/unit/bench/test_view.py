import pytest

from worker.bench.document import document
from worker.bench.rounds import Measured
from worker.cli.bench_view import print_figures

MEASURED = Measured(
    machine={
        "plan": "quick",
        "took_s": 120,
        "cores": 2,
        "memory_bytes": 8 * 2**30,
        "system": "Linux",
        "kernel": "6.1",
        "architecture": "x86_64",
        "load_average_before": [0.5, 0.5, 0.5],
        "load_average_after": [2.5, 1.5, 0.5],
        "others_share": 0.25,
    },
    versions={
        "python": "3.11",
        "postgres": "18.6",
        "fsync": "on",
        "synchronous_commit": "on",
        "servers": {"broker": "embedded"},
    },
    runs={"worker_1": [60_000.0, 70_000.0], "naive_16": [3_250.0]},
)


def test_the_table_shows_value_goal_and_naive_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures(document(MEASURED, None))

    shown = capsys.readouterr().out
    line = next(line for line in shown.splitlines() if line.startswith("worker_1"))
    assert "65,000" in line
    assert ">= 80,000 missed" in line
    assert "20.00x" in line
    assert "load average 0.5 before, 2.5 after, others took 25% of the cores' time" in shown


def test_an_earlier_run_gets_columns_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures(document(MEASURED, {"worker_1": 130_000.0}))

    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("worker_1"))
    assert "130,000" in line
    assert "0.50x" in line
