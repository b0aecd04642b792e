"""Publish one file: read it line by line, send events by the batch, note the rest."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from worker.adapters.cdr_file import number_lines, open_cdr_file
from worker.adapters.formats import Format
from worker.adapters.mapping import FileMapping
from worker.adapters.outcome import Event, Skipped
from worker.cli.publish_report import Report

BATCH_EVENTS: Final = 2_000
BATCH_BYTES: Final = 4 * 1_048_576

# Sends events and tells of each: True, it has arrived; False, it has not; an exception, it never will.
Send: TypeAlias = Callable[[Sequence[Event]], Awaitable[Sequence[bool | Exception]]]
# Told after each batch how many of how many bytes were read.
Progress: TypeAlias = Callable[[int, int], None]


class UnsentError(Exception):
    """Events did not arrive; the file can be published again at any time."""


async def publish_file(
    path: Path,
    file_format: Format,
    mapping: FileMapping,
    *,
    send: Send,
    report: Report,
    progress: Progress,
    stop: asyncio.Event,
) -> None:
    """Publish every line that can be; the report says how far it came, whatever happens.

    A file may be published again at any time: its events have the same ids, and are charged once.
    """
    with open_cdr_file(path, file_format.suffixes) as file:
        batch: list[tuple[int, Event]] = []
        batch_bytes = 0
        for line, outcome in file_format.read(number_lines(file), mapping):
            if isinstance(outcome, Event):
                batch.append((line, outcome))
                batch_bytes += len(outcome.value)
            elif isinstance(outcome, Skipped):
                report.skip(line, outcome.reason)
            else:
                report.reject(line, outcome.reason)
            if len(batch) >= BATCH_EVENTS or batch_bytes >= BATCH_BYTES:
                await _send(batch, send, report)
                batch, batch_bytes = [], 0
                progress(file.raw.tell(), file.size)
                if stop.is_set():
                    return
        await _send(batch, send, report)
        progress(file.size, file.size)
    report.finished = True


async def _send(batch: Sequence[tuple[int, Event]], send: Send, report: Report) -> None:
    answers = await send([event for _, event in batch]) if batch else []
    unsent = 0
    for (line, _), answer in zip(batch, answers, strict=True):
        if isinstance(answer, Exception):
            report.reject(line, f"the broker refuses it: {answer}")
        elif answer:
            report.published += 1
        else:
            unsent += 1
    if unsent:
        raise UnsentError(f"{unsent} events did not reach Kafka in time")
