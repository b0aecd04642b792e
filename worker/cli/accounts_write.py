"""How the accounts commands write: check, publish to the accounts topic, wait a moment for the effect.

Nothing is written to the database here, so there is one way in: the worker's.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import typer

from worker.cli.accounts_read import print_one
from worker.cli.accounts_wishes import Known, Wish, command_of
from worker.cli.exits import SERVER_AWAY, CommandError
from worker.cli.output import print_json
from worker.codec.commands import HEADERS, Command
from worker.domain.event import CreditRequested
from worker.kafka.producer import Producer
from worker.kafka.topics import wait_for_topics
from worker.postgres.account_views import find_account
from worker.postgres.deck_versions import find_deck_currency
from worker.postgres.effects import Effect, find_effect, was_asked
from worker.postgres.snapshot import read_cells, snapshot
from worker.postgres.transaction import Database, create_pool
from worker.settings.load import load

if TYPE_CHECKING:
    from worker.settings.model import Settings

WAIT_S: Final = 2.0
LOOK_EVERY_S: Final = 0.05


class Outgoing(NamedTuple):
    """An event on its way to Kafka."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]] = HEADERS


def carry_out(wish: Wish, *, as_json: bool) -> bool:
    """Publish a wish and show the account; false when the event was refused or has to wait."""

    async def carry() -> bool:
        settings = load()
        async with await create_pool(settings.postgres, connections=1) as pool:
            return await _carry_out(wish, settings, pool, as_json=as_json)

    return asyncio.run(carry())


async def _carry_out(wish: Wish, settings: "Settings", pool: Database, *, as_json: bool) -> bool:
    async with snapshot(pool) as tx:
        account = await find_account(tx, wish.tenant_id)
        deck_currency = None if wish.rate_deck is None else await find_deck_currency(tx, wish.rate_deck)
        cells = await read_cells(tx) if account is None else [account.cell]
    known = Known(account, deck_currency, settings.recharge, int(time.time()))
    command = command_of(wish, known)
    if wish.event_type == "opened" and account is not None:
        typer.echo("opened before with the same content: nothing to do", err=True)
        return await print_one(pool, wish.tenant_id, as_json=as_json)
    await publish(settings, command)
    effect = await wait_for_effect(pool, cells, command, settings.topics.accounts)
    if effect is not None and account is not None:
        effect = await _asked(effect, command, account.cell, pool)
    if effect is not None and effect.reason:
        return _tell(effect, as_json=as_json)
    if effect is None:
        typer.echo("accepted, not yet applied", err=True)
    await print_one(
        pool, wish.tenant_id, as_json=as_json, besides=None if effect is not None else {"applied": False}
    )
    return True


async def publish(settings: "Settings", command: Command) -> None:
    """Hand a command to the broker; repeating one by hand is safe by its own ids, so no idempotence."""
    topic = settings.topics.accounts
    await wait_for_topics(settings.kafka, [topic])
    producer = Producer(settings.kafka.model_copy(update={"idempotence": False}))
    try:
        key = command.identity.tenant_id.encode()
        (sent,) = await producer.publish([Outgoing(topic, key, command.value)])
    finally:
        await producer.stop()
    if sent is not True:
        raise CommandError(
            SERVER_AWAY, f"Kafka did not take the event: {sent or 'no answer'}; it may still arrive"
        )


async def wait_for_effect(
    pool: Database, cells: Sequence[int], command: Command, topic: str
) -> Effect | None:
    """Look for what became of a command, again and again, for a moment; None: nothing yet."""
    deadline = time.monotonic() + WAIT_S
    while True:
        for cell in cells:
            async with snapshot(pool) as tx:
                effect = await find_effect(tx, cell, command.identity, topic, command.value)
            if effect is not None:
                return effect
        if time.monotonic() > deadline:
            return None
        await asyncio.sleep(LOOK_EVERY_S)


async def _asked(effect: Effect, command: Command, cell: int, pool: Database) -> Effect:
    """Tell a request by hand that was taken from one that was passed over: too many were open."""
    if effect.reason or not isinstance(command.body, CreditRequested):
        return effect
    async with snapshot(pool) as tx:
        if await was_asked(tx, cell, command.identity.tenant_id, command.body.request_id):
            return effect
    return Effect(
        "too_many_by_hand", "", "too many requests by hand are open: try when one of them has ended"
    )


def _tell(effect: Effect, *, as_json: bool) -> bool:
    if as_json:
        print_json({"error": effect.reason, "field": effect.field, "detail": effect.detail})
    typer.echo(f"not applied: {effect.reason}: {effect.detail}", err=True)
    return False
