"""Publishing: promises leave in order, and are forgotten when the broker has them."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from worker.postgres.outbox import Promise, claim, forget, set_aside, waiting_lanes
from worker.postgres.relay_lanes import lease_lanes, release_lanes, renew_lanes
from worker.postgres.transaction import Database, transaction


class LanesLostError(Exception):
    """Another relay has taken a lane over: its messages are no longer ours to send."""


class Outgoing(NamedTuple):
    """A promise in the form in which it is published."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Publisher(Protocol):
    """What publishes: True is acknowledged, False is to be sent again, an exception is refused for good."""

    async def publish(
        self, messages: Sequence[Outgoing], may_send: Callable[[], bool]
    ) -> list[bool | Exception]:
        """Send and wait for the answers, in the order of the messages; begin nothing `may_send` forbids.

        Whoever cancels this has what is under way withdrawn.
        """


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
    Raises `LanesLostError`.
    """
    leased_s = time.monotonic()
    async with transaction(relay.pool) as tx:
        waiting = await waiting_lanes(tx, relay.cell)
        if not waiting:
            return 0, False
        leased = await lease_lanes(tx, relay.cell, waiting, relay.holder, relay.lease_s)
        promises = await claim(tx, relay.cell, leased, relay.most)
    answers = await Lease(relay, leased, leased_s).publish(promises)
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


class Lease:
    """A relay's hold on lanes, by this process's clock: it counts from before the database heard of it.

    Two thirds of the lease are for sending; the last third is for what is under way to end. It is kept alive
    for as long as the broker takes, and when that fails, what is under way is withdrawn.
    """

    def __init__(self, relay: Relay, lanes: Sequence[int], leased_s: float) -> None:
        self._relay = relay
        self._lanes = lanes
        self._leased_s = leased_s

    def may_send(self) -> bool:
        """Say whether sending may still begin; also a process that was stopped for a while asks first."""
        return time.monotonic() - self._leased_s < self._relay.lease_s * 2 / 3

    async def publish(self, promises: Sequence[Promise]) -> list[bool | Exception]:
        """Send, and wait for the answers; what ends the lease is raised."""
        if not promises:
            return []
        messages = [outgoing(promise) for promise in promises]
        sending = asyncio.ensure_future(self._relay.producer.publish(messages, self.may_send))
        try:
            while not sending.done():
                await asyncio.wait({sending}, timeout=self._relay.lease_s / 3)
                if not sending.done():
                    await self._renew()
            return sending.result()
        finally:
            if not sending.done():
                sending.cancel()
                await asyncio.wait({sending})

    async def _renew(self) -> None:
        relay, renewed_s = self._relay, time.monotonic()
        async with asyncio.timeout(relay.lease_s / 3), transaction(relay.pool) as tx:
            kept = await renew_lanes(tx, relay.cell, self._lanes, relay.holder, relay.lease_s)
        if not kept:
            raise LanesLostError
        self._leased_s = renewed_s


def outgoing(promise: Promise) -> Outgoing:
    """Give a promise its form on the wire."""
    headers = list(zip(promise.header_names, promise.header_values, strict=True))
    return Outgoing(promise.topic, promise.record_key, promise.value, headers)
