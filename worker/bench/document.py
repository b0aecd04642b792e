"""The document: a benchmark as JSON, written and read back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from worker.bench.figures import figures
from worker.bench.rounds import Measured

LARGEST_BYTES: Final = 1_000_000


class NotABenchmarkError(Exception):
    """The file to compare with is none that `talktime bench --json` wrote."""


def document(measured: Measured, earlier: Mapping[str, float] | None) -> dict[str, object]:
    """Write what was measured, compared with an earlier run if there is one."""
    return {
        "machine": measured.machine,
        "versions": measured.versions,
        "figures": figures(measured.runs, earlier),
    }


def read_values(path: Path) -> dict[str, float]:
    """Read an earlier run's values by the names of its figures; raises `NotABenchmarkError`."""
    try:
        with path.open(encoding="utf-8") as file:
            found = json.loads(file.read(LARGEST_BYTES))["figures"]
        return {
            str(figure["name"]): float(figure["value"]) for figure in found if figure["value"] is not None
        }
    except OSError as error:
        raise NotABenchmarkError(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NotABenchmarkError(f"{path}: not what `talktime bench --json` writes") from None
