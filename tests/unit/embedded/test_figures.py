import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from worker.embedded.figures import Figures, Meter, figures, samples

WORKER = """
# TYPE talktime_records_total counter
talktime_records_total{topic="usage",outcome="charged",reason=""} 90
talktime_records_total{topic="usage",outcome="duplicate",reason=""} 4
talktime_records_total{topic="usage",outcome="parked",reason="unrated"} 2
talktime_records_total{topic="usage",outcome="parked",reason="too_old"} 1
talktime_records_total{topic="accounts",outcome="applied",reason=""} 6
talktime_records_total{topic="accounts",outcome="dead_lettered",reason="invalid"} 5
# TYPE talktime_recharges_requested_total counter
talktime_recharges_requested_total{reason="trigger"} 3
# TYPE talktime_recharges_settled_total counter
talktime_recharges_settled_total{outcome="completed"} 2
# TYPE talktime_lag_records gauge
talktime_lag_records{topic="usage",partition="0"} 7
talktime_lag_records{topic="usage",partition="1"} 1
# TYPE talktime_outbox_messages gauge
talktime_outbox_messages 8
"""
NEXT_WORKER = """
# TYPE talktime_records_total counter
talktime_records_total{topic="usage",outcome="charged",reason=""} 10
# TYPE talktime_lag_records gauge
talktime_lag_records{topic="usage",partition="0"} 2
"""


class Metrics:
    """A worker's metrics address, with what it says there."""

    def __init__(self) -> None:
        self.text = WORKER
        metrics = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(metrics.text.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - Its name there.
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/metrics"


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    metrics = Metrics()
    thread = threading.Thread(target=metrics.server.serve_forever, args=(0.01,))
    thread.start()
    yield metrics
    metrics.server.shutdown()
    metrics.server.server_close()
    thread.join()


def test_outcomes_add_up_over_topics_and_reasons() -> None:
    assert figures(samples(WORKER)) == Figures(
        charged=90,
        applied=6,
        duplicate=4,
        parked=3,
        dead_lettered=5,
        requested=3,
        settled=2,
        lag=8,
        outbox=8,
        p99_s=None,
    )
    assert figures(samples(WORKER)).records == 108


async def test_counters_go_on_with_the_next_worker_and_gauges_do_not(metrics: Metrics) -> None:
    meter = Meter(metrics.url)
    first = await meter.read(1)
    metrics.text = NEXT_WORKER
    second = await meter.read(2)
    again = await meter.read(2)
    assert first is not None
    assert second is not None
    assert (first.charged, second.charged) == (90, 100)
    assert (second.parked, second.lag, second.outbox) == (3, 2, 0)
    assert again == second


async def test_a_worker_that_does_not_answer_has_no_figures() -> None:
    meter = Meter("http://127.0.0.1:1/metrics")
    assert await meter.read(1) is None


@pytest.mark.parametrize(
    ("buckets", "expected"),
    [
        pytest.param({"0.1": 100, "0.2": 100, "+Inf": 100}, 0.099, id="evenly within the first bucket"),
        pytest.param({"0.1": 90, "0.2": 100, "+Inf": 100}, 0.19, id="evenly within the second"),
        pytest.param({"0.1": 50, "0.2": 50, "+Inf": 100}, 0.2, id="beyond the last: at least its edge"),
        pytest.param({"0.1": 0, "0.2": 0, "+Inf": 0}, None, id="nothing seen"),
    ],
)
def test_the_quantile_is_read_from_the_buckets(buckets: dict[str, int], expected: float | None) -> None:
    text = "# TYPE talktime_batch_seconds histogram\n" + "".join(
        f'talktime_batch_seconds_bucket{{path="{path}",le="{le}"}} {count}\n'
        for path in ("fast", "careful")
        for le, count in buckets.items()
    )
    found = figures(samples(text)).p99_s
    assert found == (None if expected is None else pytest.approx(expected))
