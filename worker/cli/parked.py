"""`talktime parked`: what cannot be charged yet."""

from typing import Annotated, Final

import typer

from worker.cli.choice import AllOption, DryRunOption, IdsArgument, ReasonOption, read_choice, read_reason
from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption

parked: Final = typer.Typer(no_args_is_help=True, help="Parked records: what cannot be charged yet, and why.")

TenantOption = Annotated[
    str | None, typer.Option("--tenant", help="Only those of this tenant.", show_default=False)
]

NotChargedOption = Annotated[
    bool,
    typer.Option(
        "--not-charged-before",
        help="Charge usage of days that are gone, too, today: you vouch that it was never charged.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(parked, name="parked")


@parked.command("list")
def list_(reason: ReasonOption = None, tenant: TenantOption = None, as_json: JsonOption = False) -> None:
    """List what is parked now; exit code 1 when nothing is."""
    from worker.cli.parked_run import show_parked
    from worker.postgres.parked_views import Waiting

    if not show_parked(Waiting(read_reason(reason, dead=False), tenant), as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@parked.command()
def retry(
    ids: IdsArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = None,
    tenant: TenantOption = None,
    not_charged_before: NotChargedOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Have the worker look at parked records again; what still cannot be charged stays parked.

    Usage is then charged also when it lasted implausibly long, or started on a day that is closed.
    """
    from worker.cli.parked_run import retry as run

    choice = read_choice(ids, everything=everything, reason=read_reason(reason, dead=False), tenant=tenant)
    if not run(choice, vouched=not_charged_before, dry_run=dry_run, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@parked.command()
def discard(
    ids: IdsArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = None,
    tenant: TenantOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Close parked records without charging them, for good."""
    from worker.cli.parked_run import discard as run

    choice = read_choice(ids, everything=everything, reason=read_reason(reason, dead=False), tenant=tenant)
    if not run(choice, dry_run=dry_run, as_json=as_json):
        raise typer.Exit(BAD_NEWS)
