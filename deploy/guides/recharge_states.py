"""Draws the life of a recharge request from the table that the worker runs on, for `make guides`."""

import sys
from typing import Final

from worker.domain.recharge_machine import STAGES, TABLE, Does, Happens, Stage, Step
from worker.domain.recharge_state import SHOWN

HEAD: Final = """# The life of a recharge request

Made from the table in worker/domain/recharge_machine.py, which is what the worker runs on; `make guides`
writes it anew. Of a tenant's automatic requests at most one is open (asked, resting, silent or pending) at
any moment; requests by hand stand beside it.
"""
LEGEND: Final = """## What leads where

`=` is recorded and has no effect; an empty field cannot happen.
"""
SHORT: Final = {
    Happens.BELOW_TRIGGER: "below the trigger",
    Happens.BY_HAND: "by hand",
    Happens.PENDING: "pending",
    Happens.COMPLETED: "completed",
    Happens.COMPLETED_AGAIN: "completed again",
    Happens.PAID_TWICE: "paid twice",
    Happens.DECLINED: "declined",
    Happens.NO_ANSWER: "no answer",
    Happens.NO_ANSWER_LEFT: "no answer, the last attempt",
    Happens.OUTDATED: "outdated",
    Happens.REST_OVER: "rest over",
    Happens.TIME_UP: "time up",
    Happens.TAKEN_BACK: "taken back",
}


def page() -> str:
    """Write the whole page."""
    stages = [f"| {stage.value} | {STAGES[stage]} |" for stage in Stage]
    events = [f"| {SHORT[what]} | {what.value} |" for what in Happens]
    return "\n".join(
        [
            HEAD,
            picture(),
            *("| stage | means |", "|---|---|", *stages, ""),
            *("| event | is |", "|---|---|", *events, ""),
            LEGEND,
            matrix(),
            *("## What is done on the way", "", actions()),
            *("## What an account shows", "", "The first that holds.", "", shown()),
        ]
    )


def picture() -> str:
    """Draw every step that moves a request on, as a Mermaid diagram."""
    arrows: dict[tuple[Stage, Stage], list[str]] = {}
    for (stage, what), step in TABLE.items():
        if step.to is not stage:
            arrows.setdefault((stage, step.to), []).append(SHORT[what])
    lines = [f"    {_node(a)} --> {_node(b)}: {', '.join(why)}" for (a, b), why in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def matrix() -> str:
    """Write the next stage for every event in every stage."""
    head = "| | " + " | ".join(stage.value for stage in Stage) + " |"
    rows = [
        f"| **{SHORT[what]}** | "
        + " | ".join(_cell(stage, TABLE.get((stage, what))) for stage in Stage)
        + " |"
        for what in Happens
    ]
    return "\n".join([head, "|---" * (1 + len(Stage)) + "|", *rows, ""])


def actions() -> str:
    """Write what each event does, stage by stage where that differs."""
    done: dict[tuple[Happens, str], list[str]] = {}
    for what in Happens:
        for stage in Stage:
            step = TABLE.get((stage, what))
            if step is not None and step.does:
                names = "; ".join(does.value for does in step.does)
                done.setdefault((what, names), []).append(stage.value)
    rows = [f"| {SHORT[what]} | {', '.join(stages)} | {names} |" for (what, names), stages in done.items()]
    return "\n".join(["| event | in | does, in this order |", "|---|---|---|", *rows, ""])


def shown() -> str:
    """Write what stands beside an account, in the order in which it is looked for."""
    rows = [f"| `{state}` | {meaning} |" for state, meaning in SHOWN.items()]
    return "\n".join(["| state | means |", "|---|---|", *rows, ""])


def _cell(stage: Stage, step: Step | None) -> str:
    if step is None:
        return ""
    if Does.PARK in step.does:
        return "parked"
    return "=" if step == Step(stage) else step.to.value


def _node(stage: Stage) -> str:
    return "[*]" if stage is Stage.NONE else stage.value


if __name__ == "__main__":
    sys.stdout.write(page())
