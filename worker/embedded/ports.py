"""Ports of this machine's loopback interface."""

import socket
from collections.abc import Awaitable, Callable
from typing import Final

from worker.embedded.child import ServerFailedError

LOOPBACK: Final = "127.0.0.1"
# Between naming a free port and listening on it another program may be quicker.
ATTEMPTS: Final = 3


async def serve_somewhere(serve: Callable[[int], Awaitable[None]], wanted: int) -> int:
    """Serve on the port that is wanted, or on any (0); return the port."""
    for _ in range(ATTEMPTS - 1):
        port = wanted or free_port()
        try:
            await serve(port)
        except ServerFailedError:
            if wanted and not is_free(wanted):
                raise
        else:
            return port
    port = wanted or free_port()
    await serve(port)
    return port


def free_port() -> int:
    """Name a port that nobody listens on; another program may take it before it is used."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket() as probe:
        # As servers do: a connection of an earlier server that still fades away does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Tell whether somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
