"""Local stacks: `talktime up` registers what it runs, and every other command finds it here."""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

CONNECT_TIMEOUT_S: Final = 1.0
DOCUMENT_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Stack:
    """One running `talktime up`: its data folder, its process and its servers' addresses."""

    data: Path
    pid: int
    kafka: str
    postgres: str
    http: str

    def values(self) -> dict[str, object]:
        """Give the settings that reach it; its broker knows no idempotent producer."""
        console = urlsplit(self.http)
        place = {"http.host": console.hostname, "http.port": console.port} if console.hostname else {}
        return {
            "kafka.bootstrap_servers": self.kafka,
            "kafka.security_protocol": "PLAINTEXT",
            "kafka.idempotence": False,
            "postgres.dsn": self.postgres,
            **place,
        }


def registry(variables: Mapping[str, str]) -> Path:
    """Name the folder in which running stacks register themselves."""
    state = variables.get("XDG_STATE_HOME") or str(
        Path(variables.get("HOME") or "~").expanduser() / ".local/state"
    )
    return Path(state) / "talktime" / "up"


def live_stacks(variables: Mapping[str, str]) -> list[Stack]:
    """List the registered stacks whose process lives and whose broker answers."""
    return [stack for stack in _registered(registry(variables)) if _lives(stack)]


def _registered(folder: Path) -> Iterator[Stack]:
    for path in sorted(folder.glob("*.json")):
        try:
            with path.open(encoding="utf-8") as file:
                document = json.loads(file.read(DOCUMENT_BYTES))
            yield Stack(
                data=Path(document["data"]),
                pid=int(document["pid"]),
                kafka=str(document["kafka"]),
                postgres=str(document["postgres"]),
                http=str(document.get("http") or ""),
            )
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            continue  # Half-written or from another version: not a stack that we can use.


def _lives(stack: Stack) -> bool:
    try:
        os.kill(stack.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # It lives and belongs to somebody else.
    except OverflowError:
        return False
    host, _, port = stack.kafka.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=CONNECT_TIMEOUT_S):
            return True
    except (OSError, ValueError):
        return False
