"""CDR files as people have them: from Excel, in a ZIP, cut off, or something else altogether."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from worker.adapters.cdr_file import MAX_LINE_CHARACTERS, UnusableFileError, number_lines, open_cdr_file
from worker.adapters.outcome import Rejected

CSV = (".csv",)


def read(path: Path, suffixes: tuple[str, ...] = CSV) -> list[tuple[int, str | Rejected]]:
    with open_cdr_file(path, suffixes) as file:
        return list(number_lines(file))


def write(folder: Path, content: bytes, name: str = "calls.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("Müller\n12\n".encode(), id="UTF-8"),
        pytest.param("Müller\n12\n".encode("utf-8-sig"), id="UTF-8 with a byte order mark"),
        pytest.param("Müller\n12\n".encode("utf-16"), id="UTF-16 as Excel saves Unicode text"),
        pytest.param("\ufeffMüller\n12\n".encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(zipped(**{"PSTN.csv": "Müller\n12\n".encode("utf-8-sig")}), id="in a ZIP"),
    ],
)
def test_a_file_reads_the_same_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    assert read(write(tmp_path, content)) == [(1, "Müller\n"), (2, "12\n")]


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    assert read(write(tmp_path, b"1\r\n2")) == [(1, "1\r\n"), (2, "2")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"M\xfcller", "is not UTF-8", id="Latin-1"),
        pytest.param(b"\xed\xa0\x80", "is not UTF-8", id="half of a surrogate pair"),
        pytest.param(b"a\0b", "holds a NUL character", id="NUL"),
        pytest.param(b"x" * (MAX_LINE_CHARACTERS + 1), "is longer than 1048576 characters", id="too long"),
        pytest.param(b"x" * 10_000_000, "is longer than 1048576 characters", id="ten megabytes"),
    ],
)
def test_a_bad_line_costs_only_itself(tmp_path: Path, line: bytes, reason: str) -> None:
    lines = read(write(tmp_path, b"before\n" + line + b"\nafter\n"))
    assert lines == [(1, "before\n"), (2, Rejected(reason)), (3, "after\n")]


def test_utf_16_that_ends_in_the_middle_of_a_character_costs_its_last_line(tmp_path: Path) -> None:
    lines = read(write(tmp_path, "one\ntwo".encode("utf-16")[:-1]))
    assert lines == [(1, "one\n"), (2, Rejected("is not UTF-16"))]


def test_a_long_line_is_never_held_whole(tmp_path: Path) -> None:
    path = write(tmp_path, b"x" * 64_000_000 + b"\nafter\n")
    tracemalloc.start()
    try:
        lines = read(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(lines) == 2
    assert peak < 16_000_000


@pytest.mark.parametrize(
    ("members", "read_member"),
    [
        pytest.param(
            {"parameters.json": b"{}", "PSTN.calls.2026-01-31.csv": b"yes\n"}, "yes\n", id="as Teams sends it"
        ),
        pytest.param(
            {"DirectRouting.calls.csv": b"no\n", "PSTN.calls.csv": b"yes\n"},
            "yes\n",
            id="with direct routing",
        ),
        pytest.param(
            {"__MACOSX/._a.csv": b"no\n", "deep/A.CSV": b"yes\n"}, "yes\n", id="packed again on a Mac"
        ),
    ],
)
def test_a_zip_gives_its_one_report(tmp_path: Path, members: dict[str, bytes], read_member: str) -> None:
    assert read(write(tmp_path, zipped(**members), "Export.zip")) == [(1, read_member)]


def damaged_zip() -> bytes:
    content = bytearray(zipped(**{"a.csv": b"line of a report\n" * 100_000}))
    content[60:90] = bytes(30)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(zipped(), "exactly one file named \\*.csv; found none", id="an empty ZIP"),
        pytest.param(
            zipped(**{"a.txt": b""}), "exactly one file named \\*.csv; found none", id="a ZIP of none"
        ),
        pytest.param(zipped(**{"a.csv": b"", "b.csv": b""}), "found a.csv, b.csv", id="a ZIP of two"),
        pytest.param(zipped(**{"a.csv": b"1"})[:20], "ZIP that cannot be read", id="a ZIP cut off"),
        pytest.param(damaged_zip(), "cannot be read", id="a ZIP with damaged bytes"),
        pytest.param("x".encode("utf-32"), "is UTF-32; save it as UTF-8", id="UTF-32"),
    ],
)
def test_an_unusable_file_is_refused_whole_with_the_reason(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    with pytest.raises(UnusableFileError, match=complaint):
        read(write(tmp_path, content))


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(**{"a.csv": b"1"}))
    for header in (b"PK\x03\x04", b"PK\x01\x02"):
        flags = content.index(header) + (6 if header == b"PK\x03\x04" else 8)
        struct.pack_into("<H", content, flags, 1)
    with pytest.raises(UnusableFileError, match="encrypted"):
        read(write(tmp_path, bytes(content)))


def test_a_folder_or_nothing_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="cannot be opened: Is a directory"):
        read(tmp_path)
    with pytest.raises(UnusableFileError, match="cannot be opened: No such file"):
        read(tmp_path / "absent.csv")
