"""`talktime worker`: the production process."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)


def worker(
    accept_refused: Annotated[
        bool, typer.Option("--accept-refused", help="Go on however many records are refused.")
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help="Build an empty database again from the topics; recharges are not published."
        ),
    ] = False,
) -> None:
    """Charge usage until told to stop: consumer, relay, sweeper, upkeep, /metrics, /healthz, /readyz.

    SIGTERM or Ctrl-C lets it finish its batch. Exit 5 when too many records of a partition were refused.
    """
    import asyncio

    import uvloop

    from worker.app.run_worker import run_worker
    from worker.settings.load import load
    from worker.settings.logs import configure_logs

    options = {"limits.accept_refused": True} if accept_refused else {}
    settings = load(options)
    configure_logs(settings.log.format, settings.log.level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(run_worker(settings, rebuild=rebuild))
    raise typer.Exit(code)
