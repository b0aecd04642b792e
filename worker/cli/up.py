"""`talktime up`: a whole stack on this machine."""

import logging
import math
import os
import re
from pathlib import Path
from typing import Annotated, Final

import typer

from worker.cli.exits import BAD_NEWS, BUG, DONE, SERVER_AWAY, SETTINGS_INVALID, CommandError

_DURATION: Final = re.compile(r"([0-9]{1,6})([smh])", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
LAST_PORT_BASE: Final = 65_535 - 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Keep the database in this folder; without it everything is thrown away at the end.",
            show_default=False,
        ),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            help="Write the addresses here when everything answers. [default: ready.json in the data folder]",
            show_default=False,
        ),
    ] = None,
    for_: Annotated[
        str | None,
        typer.Option("--for", help="Stop after a time, such as 30s, 5m or 1h.", show_default=False),
    ] = None,
    traffic: Annotated[
        float,
        typer.Option(
            help="Simulate tenants, so many calls and conferences a second, and a payment service.",
            min=0,
            max=100_000,
        ),
    ] = 0,
    tenants: Annotated[int, typer.Option(help="How many tenants to simulate.", min=1, max=10_000)] = 20,
    *,
    no_payments: Annotated[
        bool,
        typer.Option(
            "--no-payments",
            help="Simulate no payment service: yours, or `talktime simulate payments`, answers the tenants.",
        ),
    ] = False,
    no_console: Annotated[
        bool,
        typer.Option("--no-console", help="Without the console; this release has none, so nothing changes."),
    ] = False,
    port_base: Annotated[
        int,
        typer.Option(
            help="Listen on this port (Kafka) and the next two (Postgres, metrics); 0 takes free ones.",
            min=0,
            max=LAST_PORT_BASE,
        ),
    ] = 0,
) -> None:
    """Run everything on this machine: Postgres, a Kafka-compatible broker and the worker; Ctrl-C stops it.

    The servers are its own, whatever TALKTIME_KAFKA_* and TALKTIME_POSTGRES_* say, and other talktime
    commands find them by themselves. The broker keeps its records in memory. At the end everything under way
    is finished and the books are audited: exit 0 when they balance, else 1.
    """
    import asyncio

    from worker.app.up import Wishes
    from worker.app.up import up as run_stack
    from worker.cli.up_view import UpView
    from worker.embedded.cannot_start import CannotStartError
    from worker.embedded.child import ServerFailedError
    from worker.embedded.supervise import GaveUpError

    if math.isnan(traffic):
        raise typer.BadParameter("nan is no number of events a second", param_hint="--traffic")
    # Accepted for the day when there is one.
    del no_console
    wishes = Wishes(
        data=data,
        ready_file=ready_file,
        for_s=None if for_ is None else read_duration_s(for_),
        rate=traffic,
        tenants=tenants,
        payments=not no_payments,
        port_base=port_base,
    )
    configure()
    view = UpView()
    try:
        balanced = asyncio.run(run_stack(wishes, view))
    except CannotStartError as error:
        raise CommandError(SETTINGS_INVALID, str(error)) from None
    except ServerFailedError as error:
        raise CommandError(SERVER_AWAY, str(error)) from None
    except GaveUpError as error:
        # No bug of this process, whose report would say nothing: the log of the one that died does.
        typer.echo(f"talktime: {error}", err=True)
        raise typer.Exit(BUG) from None
    finally:
        view.close()
    raise typer.Exit(DONE if balanced else BAD_NEWS)


def configure() -> None:
    """Check the settings that the stack's commands will have, before anything starts; set up the log."""
    from worker.embedded.command import own_environment
    from worker.embedded.stack import OWN_SETTINGS
    from worker.settings.load import load
    from worker.settings.logs import configure_logs

    settings = load(needs=(), variables=own_environment(os.environ, OWN_SETTINGS))
    configure_logs(settings.log.format, settings.log.level)
    # How the simulators' clients join is nobody's news here.
    logging.getLogger("aiokafka").setLevel(logging.WARNING)


def read_duration_s(text: str) -> float:
    """Read a time such as 30s, 5m or 1h."""
    found = _DURATION.fullmatch(text)
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"{text[:20]!r} is no time such as 30s, 5m or 1h", param_hint="--for")
    return float(int(found[1]) * _SECONDS[found[2]])
