"""How a benchmark looks: a table of figures, and what they were made on."""

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def print_figures(written: Mapping[str, Any]) -> None:
    """Print the document as a table, with the machine and its noise below."""
    # Wider than any terminal when nobody looks: lines are then not broken.
    console = Console(highlight=False) if sys.stdout.isatty() else Console(width=1000, highlight=False)
    figures = written["figures"]
    compared = any("earlier" in figure for figure in figures)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("figure", no_wrap=True)
    for name in (
        "value",
        "unit",
        "goal",
        "naive",
        "ratio",
        "spread",
        *(("earlier", "ratio") if compared else ()),
    ):
        table.add_column(name, justify="left" if name == "unit" else "right", no_wrap=name != "unit")
    table.add_column("what")
    for figure in figures:
        earlier = (_number(figure["earlier"]), _times(figure["earlier_ratio"])) if compared else ()
        table.add_row(
            figure["name"],
            _number(figure["value"]),
            figure["unit"],
            _goal(figure),
            _number(figure["baseline"]),
            _times(figure["ratio"]),
            "" if figure["spread"] is None else f"{figure['spread']:.0%}",
            *earlier,
            figure["about"],
        )
    console.print(table)
    machine, versions = written["machine"], written["versions"]
    console.print(
        f"{machine['plan']} plan, {machine['took_s']} s; {machine['cores']} cores,"
        f" {machine['memory_bytes'] / 2**30:.0f} GiB, {machine['system']} {machine['kernel']}"
        f" {machine['architecture']}; load average {machine['load_average_before'][0]} before,"
        f" {machine['load_average_after'][0]} after, others took {_share(machine['others_share'])} of the"
        " cores' time. Spread: (most - least) / median of the runs."
    )
    console.print(
        f"Python {versions['python']}, Postgres {versions['postgres']} (fsync {versions['fsync']},"
        f" synchronous_commit {versions['synchronous_commit']}), broker: {versions['servers']['broker']}"
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"  # noqa: PLR2004  # Three digits are enough to read.


def _goal(figure: Mapping[str, Any]) -> str:
    if figure["goal"] is None:
        return ""
    sign = ">=" if figure["goal_is"] == "at least" else "<="
    return f"{sign} {_number(figure['goal'])}{'' if figure['goal_met'] else ' missed'}"


def _share(share: float | None) -> str:
    return "an unknown part" if share is None else f"{share:.0%}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}x"
