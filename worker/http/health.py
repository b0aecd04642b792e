"""The worker's own pages: /metrics, /healthz, /readyz."""

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final

from worker.metrics.exposition import CONTENT_TYPE, exposition

# What an ASGI server passes; the protocol leaves the values open.
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

# Asks for what is wrong at this moment: one sentence each.
Problems = Callable[[], Sequence[str]]

OK: Final = 200
NOT_FOUND: Final = 404
NOT_ALLOWED: Final = 405
UNAVAILABLE: Final = 503
JSON: Final = "application/json"


def health_pages(*, alive: Problems, ready: Problems) -> Application:
    """Make the application; `alive` and `ready` say what speaks against it.

    Not alive: to be restarted. Not ready: wait, or look at its servers.
    """

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        del receive
        assert scope["type"] == "http"
        status, content_type, body = page(str(scope["path"]), str(scope["method"]), alive, ready)
        headers = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


def page(path: str, method: str, alive: Problems, ready: Problems) -> tuple[int, str, bytes]:
    """Answer one request: status, content type, body."""
    if path not in {"/metrics", "/healthz", "/readyz"}:
        return NOT_FOUND, JSON, _document(["there is /metrics, /healthz and /readyz"])
    if method not in {"GET", "HEAD"}:
        return NOT_ALLOWED, JSON, _document(["only GET and HEAD are allowed"])
    if path == "/metrics":
        return OK, CONTENT_TYPE, exposition()
    problems = alive() if path == "/healthz" else ready()
    return UNAVAILABLE if problems else OK, JSON, _document(problems)


def _document(problems: Sequence[str]) -> bytes:
    return json.dumps({"ok": not problems, "problems": list(problems)}).encode() + b"\n"
