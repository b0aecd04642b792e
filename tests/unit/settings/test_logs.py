import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from worker.settings.log_rate import RateLimit
from worker.settings.logs import configure_logs


@pytest.fixture(autouse=True)
def restored_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_json_lines_have_level_time_and_facts() -> None:
    stream = io.StringIO()
    configure_logs("json", stream=stream)

    structlog.get_logger("worker").info("batch charged", records=5)
    logging.getLogger("aiokafka").warning("the broker %s is away", "b1")

    ours, theirs = map(json.loads, stream.getvalue().splitlines())
    assert (ours["event"], ours["level"], ours["records"]) == ("batch charged", "info", 5)
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["logger"]) == ("the broker b1 is away", "aiokafka")


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_shows_no_local_variables(style: str) -> None:
    stream = io.StringIO()
    configure_logs("json" if style == "json" else "console", stream=stream)
    number = "+4930123456"

    try:
        divided_by_nothing(number)
    except ZeroDivisionError:
        structlog.get_logger("worker").exception("failed")

    assert "divided_by_nothing" in stream.getvalue()
    assert "4930123456" not in stream.getvalue()


def test_the_kafka_client_never_logs_what_it_sends() -> None:
    stream = io.StringIO()
    configure_logs("console", "debug", stream=stream)

    logging.getLogger("aiokafka.producer.producer").debug("Sending (key=%s value=%s)", "acme", "+4930123456")

    assert stream.getvalue() == ""


def test_a_chatty_library_gets_a_few_lines_and_a_count() -> None:
    limit = RateLimit(lines=2, window_s=0)
    limit._window_s = float("inf")
    records = [logging.LogRecord("aiokafka.conn", 30, "", 0, "broker away", (), None) for _ in range(5)]

    passed = [record for record in records if limit.filter(record)]
    limit._since_s = float("-inf")
    limit._window_s = 0
    later = logging.LogRecord("aiokafka.conn", 30, "", 0, "broker back", (), None)

    assert len(passed) == 2
    assert limit.filter(later)
    assert later.getMessage() == "broker back (3 lines like those before were left out)"


def test_only_the_chatty_library_is_limited() -> None:
    limit = RateLimit(lines=1)

    assert all(limit.filter(logging.LogRecord("worker", 30, "", 0, "again", (), None)) for _ in range(5))


def divided_by_nothing(number: str) -> float:
    return len(number) / 0
