"""Publishing: promises leave in order, and are forgotten when the broker has them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from worker.postgres.outbox import (
    Promise,
    claim,
    forget,
    lease_lanes,
    release_lanes,
    set_aside,
    waiting_lanes,
)
from worker.postgres.transaction import Database, transaction


class Outgoing(NamedTuple):
    """A promise in the form in which it is published."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Publisher(Protocol):
    """What publishes: True is acknowledged, False is to be sent again, an exception is refused for good."""

    async def publish(self, messages: Sequence[Outgoing]) -> list[bool | Exception]:
        """Send everything and wait for the answers, in the order of the messages."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Who publishes: its name for the leases, and how long one holds."""

    pool: Database
    producer: Publisher
    cell: int
    holder: UUID
    lease_s: float
    most: int


async def publish_outbox(relay: Relay) -> tuple[int, bool]:
    """Publish the oldest promises of every lane that no other relay holds.

    Returns how many were acknowledged, and whether some are left. No row is locked while they are sent.
    After a crash between the acknowledgement and the forgetting they are sent again, with the same ids.
    """
    async with transaction(relay.pool) as tx:
        waiting = await waiting_lanes(tx, relay.cell)
        if not waiting:
            return 0, False
        leased = await lease_lanes(tx, relay.cell, waiting, relay.holder, relay.lease_s)
        promises = await claim(tx, relay.cell, leased, relay.most)
    answers = await answered(relay, promises, leased)
    sent = [promise for promise, answer in zip(promises, answers, strict=True) if answer is True]
    async with transaction(relay.pool) as tx:
        if sent:
            await forget(tx, relay.cell, sent)
        for promise, answer in zip(promises, answers, strict=True):
            if isinstance(answer, Exception):
                await set_aside(tx, relay.cell, promise, type(answer).__name__)
        # Free at once: another worker's promises wait for no lease of ours.
        await release_lanes(tx, relay.cell, relay.holder)
    return len(sent), len(leased) < len(waiting) or len(promises) >= relay.most


async def answered(relay: Relay, promises: Sequence[Promise], lanes: Sequence[int]) -> list[bool | Exception]:
    """Publish, keeping the leases alive for as long as the broker takes."""
    if not promises:
        return []
    sending = asyncio.ensure_future(relay.producer.publish([outgoing(one) for one in promises]))
    while not sending.done():
        await asyncio.wait({sending}, timeout=relay.lease_s / 3)
        if not sending.done():
            async with transaction(relay.pool) as tx:
                await lease_lanes(tx, relay.cell, lanes, relay.holder, relay.lease_s)
    return await sending


def outgoing(promise: Promise) -> Outgoing:
    """Give a promise its form on the wire."""
    headers = list(zip(promise.header_names, promise.header_values, strict=True))
    return Outgoing(promise.topic, promise.record_key, promise.value, headers)
