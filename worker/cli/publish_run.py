"""Publish what was asked for: one file, then whatever arrives in a folder."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from worker.adapters.cdr_file import UnusableFileError
from worker.cli.exits import SERVER_AWAY, WRONG_USAGE, CommandError
from worker.cli.publish_file import Progress, Send, UnsentError, publish_file
from worker.cli.publish_report import Report, new_report
from worker.cli.publish_sender import nowhere, to_kafka
from worker.cli.publish_watch import watch_folder

if TYPE_CHECKING:
    from worker.adapters.formats import Format
    from worker.adapters.mapping import FileMapping

STOPS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    file: Path | None
    watch: Path | None
    format: "Format"
    mapping: "FileMapping"
    dry_run: bool
    as_json: bool


async def run(wishes: Wishes) -> bool:
    """Publish; whether nothing was rejected and nothing is left."""
    stop = asyncio.Event()
    went_well = True
    async with (nowhere if wishes.dry_run else to_kafka)(at_once=wishes.watch is not None) as send:
        with _stopped_by_signals(stop):
            if wishes.file is not None:
                try:
                    went_well = await _publish(wishes, wishes.file, send, stop)
                except UnusableFileError as refusal:
                    raise CommandError(WRONG_USAGE, f"{wishes.file} {refusal}") from None
            if wishes.watch is None or stop.is_set():
                return went_well

            async def take(path: Path) -> bool:
                nonlocal went_well
                try:
                    went_well &= await _publish(wishes, path, send, stop)
                except UnusableFileError as refusal:
                    went_well = False
                    typer.echo(f"talktime: {path} {refusal}", err=True)
                return not stop.is_set()

            try:
                await watch_folder(wishes.watch, take, stop)
            except OSError as error:
                reason = f"{wishes.watch} cannot be watched any more: {error.strerror or error}"
                raise CommandError(WRONG_USAGE, reason) from None
    return went_well


@contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Let a first signal end the work after the batch under way, and a second one end it at once."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        stop.set()
        for name in STOPS:
            loop.remove_signal_handler(name)

    for name in STOPS:
        loop.add_signal_handler(name, end)
    try:
        yield
    finally:
        for name in STOPS:
            loop.remove_signal_handler(name)


async def _publish(wishes: Wishes, path: Path, send: Send, stop: asyncio.Event) -> bool:
    with new_report() as report:
        try:
            with _progress_bar(path, quiet=wishes.as_json) as progress:
                await publish_file(
                    path,
                    wishes.format,
                    wishes.mapping,
                    send=send,
                    report=report,
                    progress=progress,
                    stop=stop,
                )
        except UnusableFileError:
            if report.published:
                _print(wishes, path, report)
            raise
        except UnsentError as error:
            _print_stop(path, report)
            raise CommandError(SERVER_AWAY, str(error)) from None
        except Exception:
            _print_stop(path, report)
            raise
        _print(wishes, path, report)
        return report.finished and not report.has_rejections


def _print(wishes: Wishes, path: Path, report: Report) -> None:
    if wishes.as_json:
        besides: dict[str, str | bool] = {"file": path.name} if wishes.watch else {}
        report.write_json(sys.stdout, **besides | ({"dry_run": True} if wishes.dry_run else {}))
        sys.stdout.flush()
        return
    for line in report.lines("Would publish" if wishes.dry_run else "Published"):
        typer.echo(line)
    if not report.finished:
        _print_stop(path, report)


def _print_stop(path: Path, report: Report) -> None:
    typer.echo(
        f"stopped after {report.published} events of {path}: publish it again, nothing is charged twice",
        err=True,
    )


@contextmanager
def _progress_bar(path: Path, *, quiet: bool) -> Iterator[Progress]:
    """Show a bar where somebody watches; it is drawn on stderr."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _size: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(path.name, total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size)
