"""How often a file has had each of its lines, for files larger than memory."""

import sqlite3
from hashlib import blake2b
from types import TracebackType
from typing import Final, Self

CACHE_KIBIBYTES: Final = 65_536

_CREATE: Final = """
    CREATE TABLE line (digest BLOB PRIMARY KEY, occurrence INTEGER NOT NULL) WITHOUT ROWID
"""

_COUNT: Final = """
    INSERT INTO line VALUES (?, 1)
    ON CONFLICT (digest) DO UPDATE SET occurrence = occurrence + 1
    RETURNING occurrence
"""


class Occurrences:
    """A count for each different line, in a private file that vanishes with this object.

    SQLite keeps it in memory until its cache is full; only then does it touch the disk.
    """

    def __init__(self) -> None:
        self._lines = sqlite3.connect("", isolation_level=None)
        self._lines.execute("PRAGMA journal_mode = OFF")
        self._lines.execute("PRAGMA synchronous = OFF")
        self._lines.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        self._lines.execute(_CREATE)
        self._lines.execute("BEGIN")

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget everything."""
        self._lines.close()

    def count(self, line: str) -> int:
        """Count a line once more: 1 at its first occurrence."""
        digest = blake2b(line.encode(), digest_size=16).digest()
        (occurrence,) = self._lines.execute(_COUNT, (digest,)).fetchone()
        return int(occurrence)
