import asyncio
import json
import signal
import urllib.error
import urllib.request
from collections.abc import AsyncIterator

import pytest

from worker.http.health import health_pages
from worker.http.serve import served

PROBLEMS: list[str] = []


@pytest.fixture
async def address() -> AsyncIterator[str]:
    PROBLEMS.clear()
    pages = health_pages(alive=list, ready=lambda: PROBLEMS)
    async with served(pages, "127.0.0.1", 0) as address:
        yield address


async def got(url: str, method: str = "GET") -> tuple[int, bytes]:
    def ask() -> tuple[int, bytes]:
        request = urllib.request.Request(url, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    return await asyncio.to_thread(ask)


async def test_the_pages_answer_on_a_port_of_their_own(address: str) -> None:
    assert await got(f"{address}/healthz") == (200, b'{"ok": true, "problems": []}\n')
    assert b"talktime_lag_seconds" in (await got(f"{address}/metrics"))[1]
    assert (await got(f"{address}/else"))[0] == 404


async def test_an_answer_is_as_things_are_when_it_is_asked_for(address: str) -> None:
    before = await got(f"{address}/readyz")
    PROBLEMS.append("no partitions yet")
    after = await got(f"{address}/readyz")

    assert (before[0], after[0]) == (200, 503)
    assert json.loads(after[1])["problems"] == ["no partitions yet"]


async def test_a_head_has_no_body(address: str) -> None:
    assert await got(f"{address}/healthz", "HEAD") == (200, b"")


async def test_signals_stay_with_the_host() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    async with served(health_pages(alive=list, ready=list), "127.0.0.1", 0) as address:
        await got(f"{address}/healthz")
        during = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    assert during == before


async def test_the_port_is_free_again_afterwards() -> None:
    async with served(health_pages(alive=list, ready=list), "127.0.0.1", 0) as address:
        port = int(address.rpartition(":")[2])

    async with served(health_pages(alive=list, ready=list), "127.0.0.1", port) as again:
        assert again == address


async def test_a_taken_port_is_an_error_of_the_start(address: str) -> None:
    port = int(address.rpartition(":")[2])

    with pytest.raises(OSError, match=f"port {port} of 127.0.0.1 cannot be served: Address already in use"):
        async with served(health_pages(alive=list, ready=list), "127.0.0.1", port):
            pass


async def test_a_failure_of_the_host_comes_through_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with served(health_pages(alive=list, ready=list), "127.0.0.1", 0):
            raise ZeroDivisionError
