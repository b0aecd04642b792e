"""How `talktime up` looks: addresses and a summary, and between them a live table or a line a second."""

import sys
from pathlib import Path
from typing import Final

import structlog
from rich.console import Console
from rich.live import Live
from rich.table import Table

from worker.app.up_report import Progress, Summary
from worker.embedded.figures import Figures
from worker.embedded.registry import Addresses

log: Final = structlog.get_logger("talktime")


class UpView:
    """Writes to standard output what is asked for, to the log what passes."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(soft_wrap=True, highlight=False)
        self._live: Live | None = None

    def ready(self, addresses: Addresses, folder: Path, *, temporary: bool) -> None:
        """Print where everything is."""
        kept = "thrown away at the end" if temporary else "kept"
        self._print(
            ("Kafka", addresses.kafka),
            ("Postgres", addresses.postgres),
            ("metrics", addresses.metrics),
            ("data", f"{folder} ({kept})"),
        )
        self._console.print("talktime is up; Ctrl-C stops it.")
        # Who waits for this line reads it through a pipe.
        sys.stdout.flush()

    def progress(self, progress: Progress) -> None:
        """Show a second."""
        if not self._console.is_terminal:
            log.info("running", **_words(progress))
            return
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        table = Table.grid(padding=(0, 2))
        for name, value in _words(progress).items():
            table.add_row(name.replace("_", " "), str(value))
        self._live.update(table, refresh=True)

    def ending(self) -> None:
        """Say that the end takes a moment."""
        self._stop_live()
        self._console.print("Stopping: finishing what is under way, then the audit.")

    def summary(self, summary: Summary) -> None:
        """Print how it went."""
        self._stop_live()
        figures = summary.figures
        self._console.print(f"After {summary.elapsed_s:.0f} s:")
        self._print(
            ("events charged", f"{figures.charged:,}"),
            ("parked", f"{figures.parked:,}"),
            ("dead-lettered", f"{figures.dead_lettered:,}"),
            ("recharges requested", f"{figures.requested:,}"),
            ("recharges settled", f"{figures.settled:,}"),
            ("events/s", f"{figures.charged / max(summary.elapsed_s, 1):,.1f}"),
            ("p99 of a batch", _milliseconds(figures)),
            *([] if summary.drained else [("not yet read", f"{figures.lag:,}")]),
            ("audit", summary.audit),
        )

    def close(self) -> None:
        """Give the terminal back, whatever happened."""
        self._stop_live()

    def _stop_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _print(self, *rows: tuple[str, str]) -> None:
        width = max(len(name) for name, _ in rows)
        for name, value in rows:
            # No markup: a value may hold brackets.
            self._console.print(f"  {name:{width}}  {value}", markup=False)


def _words(progress: Progress) -> dict[str, object]:
    figures = progress.figures
    return {
        "published": progress.published,
        "charged": figures.charged,
        "per_s": round(progress.records_per_s, 1),
        "duplicate": figures.duplicate,
        "parked": figures.parked,
        "dead_lettered": figures.dead_lettered,
        "requested": figures.requested,
        "settled": figures.settled,
        "lag": figures.lag,
        "batch_p99": _milliseconds(figures),
    }


def _milliseconds(figures: Figures) -> str:
    return "unknown" if figures.p99_s is None else f"{figures.p99_s * 1000:.0f} ms"
