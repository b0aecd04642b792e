"""The environment: TALKTIME_* variables, and secrets in files that they name."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from worker.settings.model import knobs

START: Final = "TALKTIME_"
FILE: Final = "_FILE"
# Chooses a stack; what the tests use to find their servers is no setting of ours.
STACK: Final = "TALKTIME_STACK"
TESTS: Final = "TALKTIME_TEST_"
SECRET_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody set, and where."""

    value: object
    origin: str


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment sets, what is wrong with it, and what nobody knows."""

    given: Mapping[str, Given]
    complaints: tuple[str, ...]
    warnings: tuple[str, ...]


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Read every known variable; an empty one counts as not set, as compose files write it."""
    present = {name: text for name, text in variables.items() if name.startswith(START) and text}
    given: dict[str, Given] = {}
    complaints: list[str] = []
    for knob in knobs():
        file_variable = knob.variable + FILE
        if knob.variable in present:
            given[knob.name] = Given(present[knob.variable], knob.variable)
        if not knob.secret or file_variable not in present:
            continue
        if knob.variable in present:
            complaints.append(f"{knob.variable}, {file_variable}: both are set; allowed: one of them")
            continue
        path = Path(present[file_variable])
        try:
            given[knob.name] = Given(_read_secret(path), f"{file_variable} ({path})")
        except (OSError, ValueError) as error:
            complaints.append(f"{file_variable}: {path} cannot be read: {_cause(error)}")
    return Environment(given, tuple(complaints), tuple(_unknown(present)))


def _read_secret(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        text = file.read(SECRET_BYTES + 1)
    if len(text) > SECRET_BYTES:
        raise ValueError(f"it is longer than {SECRET_BYTES} characters")
    # Editors end a file with a line end that is no part of the secret.
    return text.rstrip("\r\n")


def _cause(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _unknown(present: Mapping[str, str]) -> Iterator[str]:
    known = {knob.variable for knob in knobs()}
    known |= {knob.variable + FILE for knob in knobs() if knob.secret} | {STACK}
    for name in sorted(set(present) - known):
        if name.startswith(TESTS):
            continue
        nearest = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)[0]
        yield f"{name} is no setting and has no effect; the nearest is {nearest}"
