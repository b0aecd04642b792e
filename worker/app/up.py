"""A whole stack on this machine, from its first server to the audit at its end."""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from worker.app.up_ending import Signals, audit, drain
from worker.app.up_report import Progress, Summary, View
from worker.app.world import LOAD_PRICES, World
from worker.embedded.child import ServerFailedError
from worker.embedded.figures import Figures
from worker.embedded.registry import Addresses, Announcement, forget_dead, fresh_folder, make_folder
from worker.embedded.stack import Stack

LOOK_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for; `for_s` None is until Ctrl-C, `rate` 0 without simulated tenants.

    Without `payments` somebody else answers the tenants' requests, or nobody.
    """

    data: Path | None = None
    ready_file: Path | None = None
    for_s: float | None = None
    rate: float = 0.0
    tenants: int = 20
    payments: bool = True
    port_base: int = 0


async def up(wishes: Wishes, view: View) -> bool:
    """Run a stack until told to stop; false when its books do not balance.

    Its servers are its own, whatever the environment says. Raises `CannotStartError`
    before anything runs, `ServerFailedError` when a server does not start, `GaveUpError` when one dies too
    often.
    """
    forget_dead(os.environ)
    temporary = wishes.data is None
    folder = fresh_folder() if wishes.data is None else make_folder(wishes.data)
    announcement = Announcement(
        folder, wishes.ready_file or folder / "ready.json", temporary=temporary, variables=os.environ
    )
    announcement.prepare()
    world: World | None = None

    def on_new_broker() -> None:
        if world is not None:
            world.renew()

    try:
        stack = Stack(
            folder,
            variables=os.environ,
            port_base=wishes.port_base,
            first=LOAD_PRICES if wishes.rate else (),
            on_change=announcement.publish,
            on_new_broker=on_new_broker,
        )
        with _listening() as signals:
            try:
                addresses = await _unless(signals.stop, stack)
                if addresses is None:
                    return True
                if wishes.rate:
                    world = World(stack, rate=wishes.rate, tenants=wishes.tenants, payments=wishes.payments)
                announcement.publish(addresses)
                view.ready(addresses, folder, temporary=temporary)
                return await _live(stack, world, wishes.for_s, view, signals)
            finally:
                announcement.withdraw()
                await stack.stop()
    except ExceptionGroup as failures:
        raise _first(failures) from None
    finally:
        if temporary:
            shutil.rmtree(folder, ignore_errors=True)


def _first(failures: ExceptionGroup[Exception]) -> Exception:
    """Find the failure itself: one is enough to end everything, and the rest follow from it."""
    failure: Exception = failures
    while isinstance(failure, ExceptionGroup):
        failure = failure.exceptions[0]
    return failure


@contextlib.contextmanager
def _listening() -> Iterator[Signals]:
    signals = Signals()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, signals)
    try:
        yield signals
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _unless(stop: asyncio.Event, stack: Stack) -> Addresses | None:
    """Start the stack, unless told to stop before it is ready."""
    async with asyncio.TaskGroup() as group:
        starting = group.create_task(stack.start())
        stopping = group.create_task(stop.wait())
        await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            starting.cancel()
            return None
    return starting.result()


async def _live(stack: Stack, world: World | None, for_s: float | None, view: View, signals: Signals) -> bool:
    """Keep the stack alive, let the world call, and end in good order."""
    began_s = time.monotonic()
    async with asyncio.TaskGroup() as group:
        lasting = [group.create_task(stack.keep()), group.create_task(_watch(stack, world, view))]
        if world is not None:
            lasting.append(group.create_task(world.run()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(for_s):
                await signals.stop.wait()
        # From here on a signal is the second one, also where time ran out.
        signals.stop.set()
        elapsed_s = time.monotonic() - began_s
        view.ending()
        drained = await drain(stack, world, signals.hurry)
        figures = await stack.figures() or Figures()
        try:
            balanced, words = (None, "not run") if signals.hurry.is_set() else await audit(stack)
        except ServerFailedError:
            view.summary(Summary(figures, elapsed_s, drained, None, "failed"))
            raise
        for task in lasting:
            task.cancel()
    view.summary(Summary(figures, elapsed_s, drained, balanced, words))
    return balanced is not False


async def _watch(stack: Stack, world: World | None, view: View) -> None:
    """Look once a second, until cancelled, and tell the view of simulated tenants.

    Looking is of use without them, too: what a worker that dies had done is known from the last look.
    """
    began_s = time.monotonic()
    before, before_s = 0, began_s
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        figures = await stack.figures()
        if figures is None:
            continue
        now_s = time.monotonic()
        rate = (figures.records - before) / (now_s - before_s)
        before, before_s = figures.records, now_s
        if world is not None:
            view.progress(Progress(figures, world.published, rate, now_s - began_s))
