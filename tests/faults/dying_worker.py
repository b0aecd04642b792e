"""A worker that is killed after its first transaction ended, before Kafka or anybody else hears of it."""

import os
import sys
from collections.abc import Mapping
from signal import SIGKILL

from worker.app import run_worker
from worker.cli.main import run
from worker.kafka.consumer import Consumer
from worker.kafka.records import Partition


class DyingConsumer(Consumer):
    """Dies where Kafka's own offsets would be committed."""

    async def commit(self, positions: Mapping[Partition, int]) -> None:  # noqa: ARG002 - nobody hears of them.
        os.kill(os.getpid(), SIGKILL)


if __name__ == "__main__":
    vars(run_worker)["Consumer"] = DyingConsumer
    sys.argv = ["talktime", "worker"]
    run()
