"""Publishing one file: batches, their answers, and what is left when something goes wrong."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from worker.adapters.formats import FORMATS
from worker.adapters.mapping import FileMapping
from worker.adapters.outcome import Event
from worker.cli.publish_file import BATCH_EVENTS, Send, UnsentError, publish_file
from worker.cli.publish_report import Report, new_report

LINE = '{"specversion": "1.0", "number": %d}\n'


class Broker:
    """Takes events; says no, or nothing, to those it was told of."""

    def __init__(self, answers: dict[int, bool | Exception] | None = None) -> None:
        self.batches: list[list[int]] = []
        self._answers = answers or {}

    async def send(self, events: Sequence[Event]) -> Sequence[bool | Exception]:
        numbers = [int(json.loads(event.value)["number"]) for event in events]
        self.batches.append(numbers)
        return [self._answers.get(number, True) for number in numbers]


def lines(folder: Path, count: int) -> Path:
    path = folder / "calls.jsonl"
    path.write_text("".join(LINE % number for number in range(count)))
    return path


async def publish(
    path: Path, send: Send, report: Report, stop: asyncio.Event | None = None
) -> list[tuple[int, int]]:
    progress: list[tuple[int, int]] = []
    await publish_file(
        path,
        FORMATS["jsonl"],
        FileMapping(),
        send=send,
        report=report,
        progress=lambda done, size: progress.append((done, size)),
        stop=stop or asyncio.Event(),
    )
    return progress


async def test_events_go_out_in_batches_in_the_order_of_the_file(tmp_path: Path) -> None:
    broker = Broker()
    path = lines(tmp_path, 2 * BATCH_EVENTS + 1)
    with new_report() as report:
        progress = await publish(path, broker.send, report)
        assert [len(batch) for batch in broker.batches] == [BATCH_EVENTS, BATCH_EVENTS, 1]
        assert [number for batch in broker.batches for number in batch] == [*range(2 * BATCH_EVENTS + 1)]
        assert (report.published, report.finished) == (2 * BATCH_EVENTS + 1, True)
    assert progress[-1] == (path.stat().st_size, path.stat().st_size)


async def test_large_events_go_out_before_they_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text((LINE[:-2] % 1 + ', "x": "' + "x" * 1_000_000 + '"}\n') * 12)
    broker = Broker()
    with new_report() as report:
        await publish(path, broker.send, report)
        assert max(len(batch) for batch in broker.batches) == 5
        assert report.published == 12


async def test_an_event_that_the_broker_refuses_is_a_rejected_line(tmp_path: Path) -> None:
    broker = Broker({1: ValueError("too large")})
    with new_report() as report:
        await publish(lines(tmp_path, 3), broker.send, report)
        assert report.published == 2
        assert [*report.lines("Published")] == [
            "Published 2 events, skipped 0, rejected 1",
            "  rejected line 2: the broker refuses it: too large",
        ]


async def test_an_event_that_does_not_arrive_ends_the_run_and_those_that_did_are_counted(
    tmp_path: Path,
) -> None:
    broker = Broker({1: False})
    with new_report() as report:
        with pytest.raises(UnsentError, match="1 events did not reach Kafka"):
            await publish(lines(tmp_path, 3), broker.send, report)
        assert (report.published, report.finished) == (2, False)


async def test_a_stop_ends_the_run_after_the_batch_under_way(tmp_path: Path) -> None:
    broker, stop = Broker(), asyncio.Event()
    stop.set()
    with new_report() as report:
        await publish(lines(tmp_path, 2 * BATCH_EVENTS), broker.send, report, stop)
        assert (report.published, report.finished) == (BATCH_EVENTS, False)
