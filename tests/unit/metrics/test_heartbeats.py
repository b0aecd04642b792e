from prometheus_client import generate_latest

from worker.metrics.catalogue import REGISTRY
from worker.metrics.heartbeats import Heartbeats


def test_a_loop_that_beats_is_not_silent() -> None:
    heartbeats = Heartbeats()
    heartbeats.beat("relay")

    assert heartbeats.silent(60) == []
    assert heartbeats.silences_s()["relay"] < 60


def test_a_loop_that_does_not_beat_is_named() -> None:
    heartbeats = Heartbeats()
    heartbeats.beat("relay")

    assert heartbeats.silent(-1) == ["loop relay has been silent for 0 s"]


def test_a_loop_that_ended_is_not_silent() -> None:
    heartbeats = Heartbeats()
    heartbeats.beat("sweep")
    page = generate_latest(REGISTRY).decode()
    heartbeats.end("sweep")

    assert heartbeats.silent(-1) == []
    assert 'talktime_loop_silence_seconds{loop="sweep"}' in page
    assert 'loop="sweep"' not in generate_latest(REGISTRY).decode()


def test_a_loop_may_end_before_it_began() -> None:
    Heartbeats().end("never")
