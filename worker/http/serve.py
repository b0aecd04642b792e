"""Serving HTTP beside other work, in its event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn

from worker.http.health import Application

CLOSE_WITHIN_S: Final = 2


@asynccontextmanager
async def served(application: Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve as long as the block lasts; yields the address, `http://HOST:PORT` (port 0 takes a free one).

    Raises `OSError` when the port is taken, before anything else happens.
    """
    listener = listening(host, port)
    config = uvicorn.Config(
        application,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=CLOSE_WITHIN_S,
    )
    server = GuestServer(config)
    # The port listens already; what comes before the server is ready waits in its queue.
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield address(listener)
    finally:
        server.should_exit = True
        await asyncio.wait({serving}, timeout=2 * CLOSE_WITHIN_S)


def listening(host: str, port: int) -> socket.socket:
    """Take the port at once: a taken one is then an error of the start."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OSError(error.errno, f"port {port} of {host} cannot be served: {error.strerror}") from None


def address(listener: socket.socket) -> str:
    """Write the address for people and ready files; one that stands for all becomes the loopback."""
    host, port = listener.getsockname()[:2]
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # Compared with, not bound to.
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


class GuestServer(uvicorn.Server):
    """A server that leaves signals to its host.

    Taking them over, as it does by itself, it would end alone and leave the host's work half done.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
