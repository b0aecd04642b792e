"""What a local stack tells of itself while it runs and at its end."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from worker.embedded.figures import Figures
from worker.embedded.registry import Addresses


@dataclass(frozen=True, slots=True)
class Progress:
    """One look: the figures so far, what simulated tenants published, and the pace since the last look."""

    figures: Figures
    published: int
    records_per_s: float
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Summary:
    """How it went; not `drained` when something was left to read, `balanced` None without an audit."""

    figures: Figures
    elapsed_s: float
    drained: bool
    balanced: bool | None
    audit: str


class View(Protocol):
    """Who watches."""

    def ready(self, addresses: Addresses, folder: Path, *, temporary: bool) -> None:
        """Everything answers."""

    def progress(self, progress: Progress) -> None:
        """A second has passed; only with simulated tenants."""

    def ending(self) -> None:
        """Nobody calls any more, and what is under way is finished."""

    def summary(self, summary: Summary) -> None:
        """It is over."""
