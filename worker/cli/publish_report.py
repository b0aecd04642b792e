"""What became of a file's lines, kept for however many there are."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Final, TextIO

MEMORY_BYTES: Final = 1_048_576
SHOWN_REJECTIONS: Final = 20


class Notes:
    """Lines and their reasons: in memory while they are few, else in a file that vanishes."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.count = 0

    def add(self, line: int, reason: str) -> None:
        """Note why a line became no event."""
        self._file.write(json.dumps({"line": line, "reason": reason}) + "\n")
        self.count += 1

    def read(self) -> Iterator[str]:
        """Give every note as a JSON object."""
        self._file.seek(0)
        return (note.rstrip("\n") for note in self._file)


class Report:
    """What became of one file; `finished` when its end was reached."""

    def __init__(self, skipped: Notes, rejected: Notes) -> None:
        self.published = 0
        self.finished = False
        self._skipped = skipped
        self._skip_reasons: Counter[str] = Counter()
        self._rejected = rejected

    @property
    def has_rejections(self) -> bool:
        """Whether the answer is bad news."""
        return self._rejected.count > 0

    def skip(self, line: int, reason: str) -> None:
        """Note a line that nobody pays for; there are few reasons for that."""
        self._skipped.add(line, reason)
        self._skip_reasons[reason] += 1

    def reject(self, line: int, reason: str) -> None:
        """Note a line that cannot become an event."""
        self._rejected.add(line, reason)

    def write_json(self, out: TextIO, **besides: str | bool) -> None:
        """Write one JSON document, piece by piece: its lists may be longer than memory."""
        out.write("{")
        out.writelines(f"{json.dumps(name)}: {json.dumps(value)}, " for name, value in besides.items())
        out.write(f'"published": {self.published}')
        for name, notes in (("skipped", self._skipped), ("rejected", self._rejected)):
            out.write(f', "{name}": [')
            out.writelines(f"{', ' if position else ''}{note}" for position, note in enumerate(notes.read()))
            out.write("]")
        out.write("}\n")

    def lines(self, verb: str) -> Iterator[str]:
        """Say the same to a person, with the first rejections only."""
        skipped, rejected = self._skipped.count, self._rejected.count
        yield f"{verb} {self.published} events, skipped {skipped}, rejected {rejected}"
        for reason, count in self._skip_reasons.most_common():
            yield f"  skipped {count}: {reason}"
        for note in islice(self._rejected.read(), SHOWN_REJECTIONS):
            rejection = json.loads(note)
            yield f"  rejected line {rejection['line']}: {rejection['reason']}"
        if rejected > SHOWN_REJECTIONS:
            yield f"  ... and {rejected - SHOWN_REJECTIONS} more; --json lists them all"


@contextmanager
def new_report() -> Iterator[Report]:
    """Open a report; what it has noted is gone afterwards."""
    with (
        SpooledTemporaryFile(MEMORY_BYTES, "w+", encoding="utf-8") as skipped,
        SpooledTemporaryFile(MEMORY_BYTES, "w+", encoding="utf-8") as rejected,
    ):
        yield Report(Notes(skipped), Notes(rejected))
