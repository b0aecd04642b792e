"""Kinds of values that several knobs share, each with what a person may write there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, SecretStr

MOST_PORTS: Final = 65_535

FROZEN: Final = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is allowed, in words, where the type and its bounds do not say it."""

    words: str


def _ports_exist(servers: str) -> str:
    if any(int(server.rpartition(":")[2]) > MOST_PORTS for server in servers.split(",") if server):
        raise ValueError("there are 65535 ports")
    return servers


def _can_be_read(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise ValueError(str(error)) from None


Port = Annotated[int, Field(ge=0, le=MOST_PORTS)]
Wait = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Bytes = Annotated[int, Field(ge=4096, le=2**28)]
Address = Annotated[str, Field(pattern=r"^[^\s]+$"), Allowed("a host name or address of this machine")]
File = Annotated[Path, AfterValidator(_can_be_read), Allowed("the path of a file that can be read")]
Text = Annotated[str, Field(max_length=200), Allowed("at most 200 characters")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,200}$"), Allowed("letters, digits, '.', '_' and '-'")]
Secret = Annotated[SecretStr, Allowed("a text, better kept in a file named by the same variable with _FILE")]
Servers = Annotated[
    str,
    Field(pattern=r"^([^\s,]+:[0-9]{1,5}(,[^\s,]+:[0-9]{1,5})*)?$"),
    AfterValidator(_ports_exist),
    Allowed("HOST:PORT, several separated by commas"),
]
Dsn = Annotated[
    str,
    Field(pattern=r"^(postgres(ql)?://\S+)?$", repr=False),
    Allowed("postgresql://USER:PASSWORD@HOST:PORT/DATABASE"),
]
