"""`talktime topics`: make the topics, or look at them."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.kafka.topics import TopicState

MOST_PARTITIONS: Final = 10_000
MOST_REPLICAS: Final = 9

topics: Final = typer.Typer(no_args_is_help=True, help="Kafka topics: make them, look at them.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(topics, name="topics")


@topics.command()
def create(
    partitions: Annotated[
        int,
        typer.Option(
            help="Partitions of each; at most as many workers share the work.", min=1, max=MOST_PARTITIONS
        ),
    ] = 12,
    replication: Annotated[
        int | None,
        typer.Option(
            help="Copies of each; default 3, or one a broker.", min=1, max=MOST_REPLICAS, show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the topics that are missing; those that exist stay as they are."""
    import asyncio

    from worker.kafka.topics import create_topics
    from worker.settings.load import load

    settings = load(needs=("kafka",))
    states = asyncio.run(
        create_topics(settings.kafka, settings.topics, partitions=partitions, replication=replication)
    )
    _show(states, as_json=as_json)


@topics.command()
def check(
    cells: Annotated[int, typer.Option(help="Cells that must share the partitions evenly.", min=1)] = 1,
    as_json: JsonOption = False,
) -> None:
    """Look at every topic; exit 1 when one is missing or does not fit."""
    import asyncio

    from worker.kafka.topics import check_topics
    from worker.settings.load import load

    settings = load(needs=("kafka",))
    _show(asyncio.run(check_topics(settings.kafka, settings.topics, cells=cells)), as_json=as_json)


def _show(states: "Sequence[TopicState]", *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "topic": state.topic,
                    "partitions": state.partitions,
                    "replication": state.replication,
                    "problem": state.problem or None,
                }
                for state in states
            ]
        )
    else:
        columns = ("topic", "partitions", "replication", "problem")
        print_table(
            columns, ((state.topic, state.partitions, state.replication, state.problem) for state in states)
        )
    if any(state.problem for state in states):
        raise typer.Exit(BAD_NEWS)
