"""How a local stack ends: everything read, everything published, the books proved."""

import asyncio
import contextlib
import json
import time
from typing import Final

from worker.app.world import World
from worker.embedded.figures import Figures
from worker.embedded.stack import Stack

LOOK_EVERY_S: Final = 0.25
# What is published is read within a poll, and what is read is in the ledger within a batch.
QUIET_S: Final = 1.5
DRAINS_WITHIN_S: Final = 30.0
DRIFT: Final = 1


class Signals:
    """Ctrl-C and its like: the first asks for the end, the second to hurry."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()

    def __call__(self) -> None:
        """Hear one."""
        (self.hurry if self.stop.is_set() else self.stop).set()


async def drain(stack: Stack, world: World | None, hurry: asyncio.Event) -> bool:
    """Let calls end, then payments, and wait until all is in the ledger; false when that took too long."""
    if world is not None:
        world.hush()
        await _quiet(stack, hurry)
        world.end()
    return await _quiet(stack, hurry)


async def audit(stack: Stack) -> tuple[bool, str]:
    """Prove the guarantees; return whether they hold, and that in words."""
    _, output = await stack.run("audit", "--json", accepts=(0, DRIFT))
    found = json.loads(output)
    if found["ok"]:
        return True, f"clean: {len(found['checks'])} checks, {found['tenants']} tenants"
    broken = [f"{check['name']} ({check['violations']})" for check in found["checks"] if not check["ok"]]
    return False, f"drift: {', '.join(broken)}"


async def _quiet(stack: Stack, hurry: asyncio.Event) -> bool:
    """Wait until nothing has been left to do for a while."""
    deadline = time.monotonic() + DRAINS_WITHIN_S
    since_s = time.monotonic()
    before: Figures | None = None
    while time.monotonic() < deadline and not hurry.is_set():
        figures = await stack.figures()
        now_s = time.monotonic()
        if figures is None or figures.lag or figures.outbox or before is None or figures != before:
            since_s, before = now_s, figures
        elif now_s - since_s > QUIET_S:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await hurry.wait()
    return False
