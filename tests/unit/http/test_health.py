import json

import pytest

from worker.http.health import page


def well() -> list[str]:
    return []


def unwell() -> list[str]:
    return ["loop relay has been silent for 70 s"]


def test_a_worker_that_is_well_says_so() -> None:
    status, content_type, body = page("/healthz", "GET", well, unwell)

    assert (status, content_type) == (200, "application/json")
    assert json.loads(body) == {"ok": True, "problems": []}


def test_a_worker_that_is_unwell_says_why() -> None:
    status, _, body = page("/healthz", "GET", unwell, well)

    assert status == 503
    assert json.loads(body) == {"ok": False, "problems": ["loop relay has been silent for 70 s"]}


def test_to_be_alive_is_not_to_be_ready() -> None:
    assert page("/healthz", "GET", well, unwell)[0] == 200
    assert page("/readyz", "GET", well, unwell)[0] == 503


def test_metrics_are_prometheus_text() -> None:
    status, content_type, body = page("/metrics", "GET", unwell, unwell)

    assert status == 200
    assert content_type.startswith("text/plain")
    assert b"# TYPE process_cpu_seconds_total counter" in body


@pytest.mark.parametrize("path", ["/", "/metrics/", "/healthz?verbose", "/../etc/passwd", "\x00"])
def test_nothing_else_is_there(path: str) -> None:
    assert page(path, "GET", well, well)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_written(method: str) -> None:
    assert page("/healthz", method, well, well)[0] == 405
