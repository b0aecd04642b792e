"""The columns of a PSTN usage report, by whichever of their names a file uses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from worker.adapters.cdr_file import UnusableFileError
from worker.adapters.csv_records import Table
from worker.adapters.outcome import Rejected

# Names are compared by their letters and digits alone: "Call ID" is also Graph's callId.
ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "UsageId": ("id",),
    "Call ID": (),
    "Conference ID": (),
    "User Location": ("usageCountryCode", "User Country"),
    "Microsoft Entra ObjectId": ("AAD ObjectId", "userId"),
    "UPN": ("userPrincipalName",),
    "Call Type": (),
    "Number Type": ("inventoryType",),
    "Destination Number": ("calleeNumber",),
    "External Country": ("otherPartyCountryCode",),
    "Start Time": ("startDateTime", "Start Time (UTC)"),
    "Duration Seconds": ("duration",),
    "Capability": ("licenseCapability",),
}
REQUIRED: Final = (
    "UsageId",
    "Call Type",
    "Number Type",
    "Destination Number",
    "Start Time",
    "Duration Seconds",
)


class Row:
    """One row, read by column; a column that the file lacks is empty, like an empty cell."""

    __slots__ = ("_cells", "_columns")

    def __init__(self, columns: Mapping[str, int], cells: Sequence[str]) -> None:
        self._columns = columns
        self._cells = cells

    def __getitem__(self, name: str) -> str:
        """Give a cell without the spaces around it."""
        position = self._columns.get(name)
        return "" if position is None else self._cells[position].strip()


def read_rows(table: Table, tenant_column: str) -> Iterator[tuple[int, Row | Rejected]]:
    """Read the records of a report; a file without the columns that a price needs is refused whole."""
    columns = _columns(table.header, tenant_column)
    for number, cells in table.records:
        yield number, cells if isinstance(cells, Rejected) else Row(columns, cells)


def _columns(header: Sequence[str], tenant_column: str) -> Mapping[str, int]:
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        positions.setdefault(_letters(name), []).append(position)
    found = {
        column: [p for name in (column, *aliases) for p in positions.get(_letters(name), ())]
        for column, aliases in ALIASES.items()
    }
    if tenant_column:
        found[tenant_column] = positions.get(_letters(tenant_column), [])
    _refuse(found, header, (*REQUIRED, *([tenant_column] if tenant_column else [])))
    return {column: places[0] for column, places in found.items() if places}


def _refuse(found: Mapping[str, list[int]], header: Sequence[str], required: Sequence[str]) -> None:
    missing = [column for column in required if not found[column]]
    if missing and "correlationid" in map(_letters, header):
        raise UnusableFileError("is a direct routing report; the PSTN usage report (calling plans) is needed")
    if missing:
        raise UnusableFileError(f"has no column {', '.join(missing)}; is it a PSTN usage report?")
    twice = [column for column, places in found.items() if len(places) > 1]
    if twice:
        raise UnusableFileError(f"has more than one column {', '.join(twice)}")


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
