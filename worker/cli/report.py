"""The report of a bug: what a maintainer needs, and nothing that is the user's alone."""

import os
import platform
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from worker.domain.masking import mask_number

# Whatever could be a phone number, and what stands between a scheme and a host.
NUMBER: Final = re.compile(r"(?<![\w.])\+?\d{7,}")
PASSWORD: Final = re.compile(r"://[^/\s@]*@")


def write_report(error: BaseException, arguments: Sequence[str]) -> Path:
    """Write a report beside the others, or where temporary files go; return its path."""
    text = report(error, arguments)
    name = f"talktime-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt"
    state = os.environ.get("XDG_STATE_HOME")
    folder = (Path(state) if state else Path.home() / ".local" / "state") / "talktime" / "reports"
    for place in (folder, Path(tempfile.gettempdir())):
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return place / name
    sys.stderr.write(text)
    return Path("/dev/stderr")


def report(error: BaseException, arguments: Sequence[str]) -> str:
    """Say which version failed where; no values of options, no local variables, no numbers in clear."""
    lines = [
        f"talktime {version('talktime')}, Python {platform.python_version()}, {platform.platform()}",
        f"command: talktime {' '.join(_words(arguments))}",
        "",
        *traceback.format_exception(error),
    ]
    text = PASSWORD.sub("://****@", "\n".join(line.rstrip("\n") for line in lines))
    return NUMBER.sub(lambda found: mask_number(found[0]), text) + "\n"


def _words(arguments: Sequence[str]) -> Iterator[str]:
    """Keep the command's own words: those before the first option, and options without their values."""
    for argument in arguments:
        if argument.startswith("-"):
            yield argument.split("=", 1)[0]
        elif argument.isascii() and argument.isalpha() and argument.islower():
            yield argument
        else:
            yield "..."
