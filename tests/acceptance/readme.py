"""The README's commands, as a reader would type them.

Blocks fenced with `sh` hold commands and nothing else; what one prints stands in a `text` or `json` block.
A command may go over several lines with a backslash, and its comment may say how it ends: `# exits 1`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

README: Final = Path(__file__).parents[2] / "README.md"
FENCE: Final = re.compile(r"^ {0,3}```(\w*)[^\n]*\n(.*?)^ {0,3}```\s*$", re.MULTILINE | re.DOTALL)
ENDING: Final = re.compile(r"#\s*exits\s+(\d+)\s*$")

# Commands that need a machine, or a time, of their own, and what runs them instead.
RUN_ELSEWHERE: Final = {
    r"(git clone|cd) \S+": "README.md",
    r"make (install|test|lint|lock|rules|clean)( ARGS=.*)?": ".ci/run",
    r"\.ci/run": ".ci/run",
    r"make run( ARGS=.*)?": "tests/acceptance/test_up.py",
    r"(\.venv/bin/)?talktime up\b.*": "tests/acceptance/test_up.py",
    r"(\.venv/bin/)?talktime worker\b.*": "tests/faults/test_kill.py",
    r"(\.venv/bin/)?talktime bench\b.*": "tests/acceptance/test_bench.py",
    r"(KAFKA_PORT=\S+ )?docker compose .*": "tests/acceptance/test_compose.py",
    r"docker build .*": "tests/acceptance/test_compose.py",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the README: its line there, its text, and the exit code that it promises."""

    line: int
    text: str
    exits: int

    @property
    def elsewhere(self) -> str | None:
        """The file or folder that runs it instead, if any does."""
        words = re.sub(r"\s+#.*$", "", self.text)
        return next((path for known, path in RUN_ELSEWHERE.items() if re.fullmatch(known, words)), None)


def languages() -> set[str]:
    """Name the language of every fenced block."""
    return {match[1] for match in FENCE.finditer(README.read_text(encoding="utf-8"))}


def commands() -> Iterator[Command]:
    """Find every command, in the order in which a reader meets them."""
    text = README.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        if match[1] != "sh":
            continue
        line = text.count("\n", 0, match.start(2)) + 1
        for command in re.split(r"(?<!\\)\n", match[2]):
            if command.strip() and not command.lstrip().startswith("#"):
                ending = ENDING.search(command)
                yield Command(line, command.strip(), int(ending[1]) if ending else 0)
            line += command.count("\n") + 1
