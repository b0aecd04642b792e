"""`talktime bench`: how fast, beside what most people would write."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.exits import BUG, SERVER_AWAY, SETTINGS_INVALID, WRONG_USAGE, CommandError
from worker.cli.output import JsonOption, print_json

if TYPE_CHECKING:
    from worker.app.bench import OthersServers
    from worker.bench.plan import Plan
    from worker.bench.rounds import Measured


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="About five minutes; this is the default.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Two million events a run, three runs; give it the machine.")
    ] = False,
    compare: Annotated[
        Path | None,
        typer.Option(help="What an earlier run printed with --json.", metavar="FILE", show_default=False),
    ] = None,
    kafka: Annotated[
        str,
        typer.Option(
            help="Measure on this broker, HOST:PORT; TALKTIME_KAFKA_* say how to reach it. The topics that it"
            " makes there (talktime-bench-*) stay.",
            metavar="SERVERS",
            show_default=False,
        ),
    ] = "",
    postgres: Annotated[
        str,
        typer.Option(
            help="Measure on this server; databases talktime_bench_* are made and dropped.",
            metavar="DSN",
            show_default=False,
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Measure this machine: the worker with one and two processes, and a naive worker, in one run.

    The servers are its own, with fsync on, whatever TALKTIME_* and running stacks say. Goals that are missed
    are no failure: a benchmark is not a test.
    """
    if quick and full:
        raise CommandError(WRONG_USAGE, "--quick, --full: choose one of them")
    from worker.app.bench import OthersServers
    from worker.bench.document import NotABenchmarkError, document, read_values
    from worker.bench.plan import FULL, QUICK

    try:
        earlier = None if compare is None else read_values(compare)
    except NotABenchmarkError as error:
        raise CommandError(WRONG_USAGE, f"--compare: {error}") from None
    measured = _measure(FULL if full else QUICK, OthersServers(kafka, postgres))
    written = document(measured, earlier)
    if as_json:
        print_json(written)
    else:
        from worker.cli.bench_view import print_figures

        print_figures(written)


def _measure(plan: "Plan", others: "OthersServers") -> "Measured":
    import asyncio

    import uvloop
    from rich.console import Console

    from worker.app.bench import bench as measure
    from worker.bench.place import BenchFailedError
    from worker.embedded.cannot_start import CannotStartError
    from worker.embedded.child import ServerFailedError

    # How clients join and leave is nobody's news here.
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    console = Console(stderr=True, highlight=False)

    def progress(what: str) -> None:
        console.print(f"measuring: {what}", markup=False)

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(measure(plan, others, progress))
    except CannotStartError as error:
        raise CommandError(SETTINGS_INVALID, str(error)) from None
    except ServerFailedError as error:
        raise CommandError(SERVER_AWAY, str(error)) from None
    except BenchFailedError as error:
        raise CommandError(BUG, f"the benchmark means nothing: {error}") from None
