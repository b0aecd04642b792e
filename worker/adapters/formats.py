"""The formats of CDR files that can be published, by the names the command knows them by."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from worker.adapters import jsonl, teams_pstn
from worker.adapters.cdr_file import NumberedLines
from worker.adapters.csv_records import read_table
from worker.adapters.mapping import FileMapping
from worker.adapters.outcome import Outcomes, Rejected
from worker.adapters.teams_columns import read_rows


class Format(NamedTuple):
    """How to read one format: the names its files have in a ZIP, whether they name tenants, the reader."""

    suffixes: tuple[str, ...]
    names_tenants: bool
    read: Callable[[NumberedLines, FileMapping], Outcomes]


def _read_teams_pstn(lines: NumberedLines, mapping: FileMapping) -> Outcomes:
    for number, row in read_rows(read_table(lines), mapping.tenant_column):
        yield number, row if isinstance(row, Rejected) else teams_pstn.read_row(row, mapping)


FORMATS: Final[Mapping[str, Format]] = {
    "jsonl": Format(jsonl.SUFFIXES, names_tenants=True, read=jsonl.read_jsonl),
    "teams-pstn": Format(teams_pstn.SUFFIXES, names_tenants=False, read=_read_teams_pstn),
}
