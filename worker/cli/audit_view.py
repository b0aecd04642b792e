"""How a running audit looks: a bar a part, on a terminal only."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn


class AuditView:
    """Shows each part of a pass with a bar of its own; silent where nobody looks."""

    def __init__(self, console: Console | None = None) -> None:
        columns = (
            TextColumn("{task.description:10}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        shown = console or Console(stderr=True)
        self._bars = Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)
        self._parts: dict[str, TaskID] = {}
        self._bars.start()

    def show(self, progress: tuple[str, int, int]) -> None:
        """Show how much of a part is done."""
        part, done, total = progress
        if part not in self._parts:
            # What came before is complete.
            for bar in self._parts.values():
                self._bars.update(bar, completed=self._bars.tasks[bar].total)
            self._parts[part] = self._bars.add_task(part)
        self._bars.update(self._parts[part], completed=done, total=total)

    def close(self) -> None:
        """Give the terminal back, whatever happened."""
        self._bars.stop()
