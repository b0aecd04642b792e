import subprocess
import sys
from pathlib import Path

import pytest

from worker.bench.cpu import process_cpu_s, tree_cpu_s
from worker.bench.place import BenchFailedError
from worker.bench.watch import Mark, throughput

BUSY = "import time\nwhile time.process_time() < 0.2: pass"
PARENT_OF_BUSY = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])\ninput()"

kernel_says = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the kernel has no /proc")


def test_what_the_first_look_found_counts_for_nothing() -> None:
    first = Mark(100.0, 5_000, 1.0, 0.5, 1_000_000)
    last = Mark(102.0, 25_000, 1.2, 0.6, 6_000_000)

    found = throughput(first, last)

    assert found.events_per_s == 10_000
    assert found.worker_cpu_s == pytest.approx(10)
    assert found.postgres_cpu_s == pytest.approx(5)
    assert found.wal_bytes == 250


def test_what_nobody_counts_is_unknown_and_not_nothing() -> None:
    found = throughput(Mark(0, 1, None, 0.5, 0), Mark(1, 2, 1.0, None, 0))

    assert (found.worker_cpu_s, found.postgres_cpu_s) == (None, None)


def test_too_few_events_are_no_measurement() -> None:
    with pytest.raises(BenchFailedError, match="too few events"):
        throughput(Mark(0, 10, None, None, 0), Mark(1, 10, None, None, 0))


@kernel_says
def test_a_servers_cpu_includes_children_that_have_ended() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT_OF_BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        try:
            while (spent := tree_cpu_s(parent.pid)) is not None and spent < 0.2:
                assert parent.poll() is None
            alone = process_cpu_s(parent.pid)
        finally:
            parent.kill()

    assert spent is not None
    assert alone is not None
    assert spent >= 0.2


@kernel_says
def test_a_process_that_is_gone_has_no_cpu() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()

    assert process_cpu_s(gone.pid) is None
