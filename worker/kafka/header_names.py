"""Header names: any bytes are a name, although the client library reads a whole partition or none of it."""

import struct
from collections.abc import Iterator
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint_py

# Every batch begins with its first offset and the number of bytes that follow; its version is in one place.
BATCH_START: Final = struct.Struct(">qi")
VERSION_AT: Final = 16
WITH_HEADERS: Final = 2


def accept_any_header_name() -> None:
    """Let all consumers read names that are not UTF-8, their bytes written as in Python's own literals.

    Otherwise one such record ends every read of its partition, for ever.
    """
    fetcher.MemoryRecords = FetchedRecords


class FetchedRecords:
    """What one fetch brought of a partition; what its library asks of the reader that this stands for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._start = 0
        self._reader = MemoryRecords(data)

    def has_next(self) -> bool:
        """Whether there is another batch."""
        return bool(self._reader.has_next())

    def size_in_bytes(self) -> int:
        """Give the size of all batches."""
        return len(self._data)

    def next_batch(self) -> Any:  # noqa: ANN401 -- One of the library's, which carries no types, or ours.
        """Give the next batch."""
        start, batch = self._start, self._reader.next_batch()
        _, following = BATCH_START.unpack_from(self._data, start)
        self._start = start + BATCH_START.size + following
        if self._data[start + VERSION_AT] < WITH_HEADERS:
            return batch
        return FetchedBatch(batch, self._data[start : self._start])


class FetchedBatch:
    """One batch, read by the library's fast reader, and once more by a patient one if that gives up."""

    def __init__(self, batch: Any, data: bytes) -> None:  # noqa: ANN401 -- The library carries no types.
        self._batch = batch
        self._data = data

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- Whatever the library's batch says of itself.
        """Say what the library's batch says."""
        return getattr(self._batch, name)

    def __next__(self) -> object:
        """Give the first record of a control batch."""
        return next(self._batch)

    def __iter__(self) -> Iterator[object]:
        """Give the records, all of which are read at once: the library's own loop is in C."""
        try:
            return iter(list(self._batch))
        except (UnicodeDecodeError, CorruptRecordException):
            # The readers in C and in Python name it differently; what is truly corrupt fails again.
            return iter(PatientBatch(self._data))


class PatientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # The library carries no types.
    """A batch that takes any bytes for a header's name."""

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: bytearray = AnyText(self._buffer)

    def _read_msg(self) -> object:
        # The reader of numbers in C takes no buffer but the plain one.
        return super()._read_msg(decode_varint_py)


class AnyText(bytearray):
    """Bytes that are text whatever they are; so are all parts of them."""

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 -- As in its parent: a number, or a part.
        """Give a byte, or a part that is text, too."""
        found = super().__getitem__(place)
        return AnyText(found) if isinstance(place, slice) else found

    def decode(self, encoding: str = "utf-8", _errors: str = "strict") -> str:
        """Read as text, and write down the bytes that are none."""
        return super().decode(encoding, "backslashreplace")
