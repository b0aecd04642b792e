"""`talktime simulate`: the parts of the world that Talktime needs and is not."""

from typing import Annotated, Any, Final

import typer

from worker.cli.output import JsonOption

simulate: Final = typer.Typer(
    no_args_is_help=True, help="Stand in for a part of the world, to build or test the other one."
)

LONGEST_S: Final = 86_400


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(simulate, name="simulate")


def _weight(meaning: str) -> Any:  # noqa: ANN401 -- typer reads it, and it has no type of its own.
    return typer.Option(help=meaning, min=0, max=1_000_000, metavar="WEIGHT", show_default=False)


@simulate.command("payments")
def payments(
    *,
    completed: Annotated[float, _weight("Paid.")] = 0,
    declined: Annotated[float, _weight("Declined; Talktime asks again later, with a new id.")] = 0,
    declined_for_good: Annotated[float, _weight("Declined with `retry: never`.")] = 0,
    unavailable: Annotated[
        float, _weight("The bank does not answer; what becomes of the next attempt is drawn anew.")
    ] = 0,
    processing: Annotated[float, _weight("Pending for a while, then paid.")] = 0,
    requires_action: Annotated[float, _weight("Pending until the administrator acts, then paid.")] = 0,
    abandoned: Annotated[float, _weight("Pending until the administrator acts, who never does.")] = 0,
    other_amount: Annotated[float, _weight("Paid, one unit more than was asked for.")] = 0,
    late: Annotated[float, _weight("Paid in time, and told of after `answer_by`.")] = 0,
    expired: Annotated[float, _weight("Paid in time, and told of after `expires_at`.")] = 0,
    twice: Annotated[float, _weight("Paid, and the same event comes again.")] = 0,
    repeated: Annotated[float, _weight("Paid, and the same payment comes again as another event.")] = 0,
    charged_twice: Annotated[
        float, _weight("Paid by two payments: what a payment service must never do.")
    ] = 0,
    late_pending: Annotated[float, _weight("Paid, and `pending` comes after it.")] = 0,
    late_failure: Annotated[
        float, _weight("Silent at first; paid at a later attempt, then the earlier one's failure comes.")
    ] = 0,
    refunded: Annotated[float, _weight("Paid, and given back.")] = 0,
    disputed: Annotated[float, _weight("Paid, and taken back by the cardholder's bank.")] = 0,
    reinstated: Annotated[float, _weight("Paid, disputed, and the dispute won.")] = 0,
    never: Annotated[float, _weight("Never answered, at no attempt.")] = 0,
    seed: Annotated[
        int, typer.Option(help="Another number answers the same requests differently.", min=0)
    ] = 0,
    delay: Annotated[
        float, typer.Option(help="Longest time before an answer, in seconds.", min=0, max=LONGEST_S)
    ] = 1,
    pause: Annotated[
        float,
        typer.Option(help="Time between an answer and what follows it, in seconds.", min=0, max=LONGEST_S),
    ] = 1,
    pending: Annotated[
        int,
        typer.Option(help="How much longer a pending payment may take, in seconds.", min=0, max=LONGEST_S),
    ] = 3600,
    for_: Annotated[
        str | None,
        typer.Option("--for", help="Stop after a time, such as 30s, 5m or 1h.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer recharge requests as a payment service does, good and bad ones, until Ctrl-C.

    Each kind comes as often as its weight among the weights given; without any it is `--completed 83
    --twice 2 --declined 10 --never 5`. The same seed answers the same request alike, also after a restart. It
    speaks only the public contracts and keeps what a payment service promises, whatever else goes wrong.
    """
    from worker.cli.simulate_run import answer_requests
    from worker.cli.up import read_duration_s
    from worker.simulators.payment_manner import Manner

    weights = {
        "completed": completed,
        "declined": declined,
        "declined_for_good": declined_for_good,
        "unavailable": unavailable,
        "processing": processing,
        "requires_action": requires_action,
        "abandoned": abandoned,
        "other_amount": other_amount,
        "late": late,
        "expired": expired,
        "twice": twice,
        "repeated": repeated,
        "charged_twice": charged_twice,
        "late_pending": late_pending,
        "late_failure": late_failure,
        "refunded": refunded,
        "disputed": disputed,
        "reinstated": reinstated,
        "never": never,
    }
    manner = Manner(seed=seed, longest_delay_s=delay, pause_s=pause, pending_s=pending)
    for_s = None if for_ is None else read_duration_s(for_)
    answer_requests(manner, weights, for_s, as_json=as_json)
