"""A relay as a process of its own, to be stopped and killed: DSN, BROKER, LEASE_S."""

import asyncio
import os
import signal
import sys

from tests.integration.relay.promising import relay_of
from worker.kafka.producer import Producer
from worker.loops.relay import relay_outbox
from worker.postgres.transaction import create_pool
from worker.settings.servers import Kafka, Postgres

MOST = 10_000


async def run(dsn: str, broker: str, lease_s: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    kafka = Kafka(bootstrap_servers=broker, idempotence=False, request_timeout_s=30, stop_deadline_s=4)
    producer = Producer(kafka, stop)
    await producer.start()
    pool = await create_pool(Postgres(dsn=dsn))
    os.write(sys.stdout.fileno(), b"ready\n")
    relay = relay_of(pool, producer, lease_s=lease_s, most=MOST)
    await relay_outbox(relay, asyncio.Event(), 0.02, lambda: None, stop)
    await producer.stop()
    await pool.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], float(sys.argv[3])))
