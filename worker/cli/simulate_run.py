"""Running a simulated payment service: a line an answer while it runs, and a count of them at its end."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace

import typer

from worker.app.simulate_payments import simulate_payments
from worker.cli.output import print_json, print_table
from worker.settings.load import load
from worker.simulators.payment_book import Answer
from worker.simulators.payment_kinds import Kind
from worker.simulators.payment_manner import Manner


def answer_requests(
    manner: Manner, weights: Mapping[str, float], for_s: float | None, *, as_json: bool
) -> None:
    """Answer until told to stop, then tell what was answered how often."""
    mix = {kind: weight for kind in Kind if (weight := weights[kind]) > 0}
    if mix:
        manner = replace(manner, mix=mix)
    # How the clients join is nobody's news here.
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    settings = load(needs=("kafka",))
    typer.echo("Answering; Ctrl-C stops it.", err=True)
    service = asyncio.run(simulate_payments(settings, manner, for_s, tell))
    answers = {says.value: count for says, count in sorted(service.answered.items())}
    if as_json:
        print_json({"requests": service.requests, "answers": answers, "too_late": service.book.overdue})
        return
    print_table(
        ("said", "times"),
        [
            ("(requests)", service.requests),
            *answers.items(),
            ("(came after expires_at)", service.book.overdue),
        ],
    )


def tell(answer: Answer) -> None:
    """Write one line on standard error."""
    request = answer.request
    what = f"{request.amount} {request.currency}, attempt {request.attempt}"
    typer.echo(f"{answer.says.value}: {request.recharge_id} ({what}) of {request.tenant_id}", err=True)
