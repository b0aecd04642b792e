"""Choosing refused records: by their ids, or all of them, of one reason or tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import typer

from worker.domain.rejection import DEAD, Reason

IdsArgument = Annotated[
    list[UUID] | None, typer.Argument(metavar="ID...", help="As the list shows them.", show_default=False)
]
AllOption = Annotated[bool, typer.Option("--all", help="All of them, or all of --reason.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only count what would be done.")]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="Only those refused for this reason.", show_default=False)
]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which records are meant: these, or (no ids) all of a reason and a tenant, None being any."""

    ids: Sequence[UUID]
    reason: str | None
    tenant: str | None


def read_choice(
    ids: Sequence[UUID] | None, *, everything: bool, reason: str | None, tenant: str | None = None
) -> Choice:
    """Insist on ids or --all, never both, so that nobody settles everything by a slip."""
    if bool(ids) == everything:
        raise typer.BadParameter("name the ids, or say --all: one of the two", param_hint="ID...")
    if ids and (reason or tenant):
        raise typer.BadParameter("goes with --all only", param_hint="--reason" if reason else "--tenant")
    return Choice(tuple(dict.fromkeys(ids or ())), reason, tenant)


def read_reason(text: str | None, *, dead: bool) -> str | None:
    """Read the name of a reason for which records are dead, or parked."""
    allowed = sorted(reason.value for reason in Reason if (reason in DEAD) == dead)
    if text is None or text in allowed:
        return text
    raise typer.BadParameter(f"no such reason; allowed are {', '.join(allowed)}", param_hint="--reason")
