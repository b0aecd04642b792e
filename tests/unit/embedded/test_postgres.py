import asyncio
import contextlib
import json
import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from worker.embedded.cannot_start import CannotStartError
from worker.embedded.child import ServerFailedError
from worker.embedded.ports import LOOPBACK, free_port, is_free
from worker.embedded.postgres import Postgres

# Another process that owns a server, and says where it is.
OWNER = """
import asyncio, json, sys
from pathlib import Path
from worker.embedded.postgres import Postgres

async def own():
    server = Postgres(Path(sys.argv[1]), durable=False)
    dsn = await server.start()
    print(json.dumps({"dsn": dsn, "pid": server.child.pid}), flush=True)
    await asyncio.Event().wait()

asyncio.run(own())
"""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Postgres]:
    server = Postgres(tmp_path / "postgres", durable=False)
    yield server
    await server.stop()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, int]]:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path / "postgres")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield process, said["dsn"], said["pid"]
        process.kill()


async def ask(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def process_owners(pid: int) -> set[int]:
    status = Path(f"/proc/{pid}/status").read_text()
    return {int(uid) for line in status.splitlines() if line.startswith("Uid:") for uid in line.split()[1:]}


async def test_what_was_written_is_there_after_a_restart(server: Postgres) -> None:
    dsn = await server.start()
    await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    await server.stop()
    assert await ask(await server.start(), "SELECT answer FROM kept") == 42


async def test_a_restart_keeps_the_address(server: Postgres) -> None:
    first = await server.start()
    await server.stop()
    assert await server.start() == first


async def test_a_server_that_was_killed_starts_again(server: Postgres) -> None:
    dsn = await server.start()
    await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(server.child.pid, signal.SIGKILL)
    await server.child.wait()
    assert await ask(await server.start(), "SELECT answer FROM kept") == 42


async def test_a_server_ends_when_its_owner_is_killed(
    owner: tuple[subprocess.Popen[str], str, int], server: Postgres
) -> None:
    process, dsn, _ = owner
    address = urlsplit(dsn)
    assert address.port is not None
    with socket.create_connection((LOOPBACK, address.port)) as connection:
        process.kill()
        # Readable means ended: the server says nothing before it is spoken to.
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
    await server.start()
    assert is_free(address.port)


async def test_ctrl_c_for_its_owner_does_not_reach_the_server(
    owner: tuple[subprocess.Popen[str], str, int],
) -> None:
    process, _, pid = owner
    assert os.getsid(pid) == pid
    assert os.getsid(process.pid) != pid


async def test_a_folder_has_one_owner(
    owner: tuple[subprocess.Popen[str], str, int], server: Postgres
) -> None:
    _, dsn, _ = owner
    with pytest.raises(CannotStartError, match="another talktime"):
        await server.start()
    assert await ask(dsn, "SELECT 1") == 1


async def test_two_servers_live_side_by_side(tmp_path: Path) -> None:
    servers = [Postgres(tmp_path / name, durable=False) for name in ("one", "two")]
    try:
        one, two = await asyncio.gather(*(server.start() for server in servers))
        await ask(one, "CREATE TABLE only_here ()")
        assert await ask(two, "SELECT to_regclass('only_here')") is None
    finally:
        await asyncio.gather(*(server.stop() for server in servers))


async def test_strangers_on_this_machine_are_asked_for_the_password(server: Postgres) -> None:
    address = urlsplit(await server.start())
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host=LOOPBACK, port=address.port, user=address.username, password="guess", database="postgres"
        )


async def test_it_listens_on_this_machine_only(server: Postgres) -> None:
    dsn = await server.start()
    assert await ask(dsn, "SHOW listen_addresses") == LOOPBACK
    assert await ask(dsn, "SHOW unix_socket_directories") == ""


async def test_it_is_durable_unless_told_otherwise(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "durable")
    try:
        dsn = await server.start()
        assert await ask(dsn, "SHOW fsync") == "on"
        assert await ask(dsn, "SHOW synchronous_commit") == "on"
    finally:
        await server.stop()


async def test_half_a_cluster_is_made_again(tmp_path: Path, server: Postgres) -> None:
    unfinished = tmp_path / "postgres" / "unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    if os.geteuid() == 0:
        os.chown(tmp_path / "postgres", pwd.getpwnam("nobody").pw_uid, -1)
    assert await ask(await server.start(), "SELECT 1") == 1


async def test_the_lock_file_of_a_server_whose_number_went_to_another_process_is_no_hindrance(
    tmp_path: Path, server: Postgres
) -> None:
    await server.start()
    await server.stop()
    stale = tmp_path / "postgres" / "cluster" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1\n{free_port()}\n\n{LOOPBACK}\n1 1\nready\n")
    assert await ask(await server.start(), "SELECT 1") == 1


async def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        server = Postgres(tmp_path / "postgres", port=taken.getsockname()[1], durable=False)
        with pytest.raises(ServerFailedError, match="Address already in use"):
            await server.start()
        await server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to lend")
async def test_root_may_use_a_folder_that_only_root_enters_and_it_stays_so(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = Postgres(closed / "postgres", durable=False)
    try:
        assert await ask(await server.start(), "SELECT 1") == 1
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert os.getuid() not in process_owners(server.child.pid)
    finally:
        await server.stop()
