"""A statement of a ledger that a test has filled: what Postgres would read beside its entries."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.unit.domain.deciding import UNIT, VERSION
from tests.unit.domain.revising import Ledger
from worker.domain.entry import Entry, EntryText, Line
from worker.domain.statement import Beside, EntryKey, LotName, StatementEntry, state
from worker.domain.statement_part import Tariffs, number_text
from worker.domain.tariff import DeckVersion, VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow

GERMANY = TariffRow("", "", "", "49", "Germany", 0, 0, UNIT)


@dataclass(frozen=True)
class Priced:
    """The deck version that priced everything."""

    terms: VersionTerms = VERSION.terms
    rows: Sequence[TariffRow] = (GERMANY,)
    version_id: int = VERSION.version_id
    allowances: dict[int, str] = field(default_factory=dict)

    def cut_down(self, prefixes: set[str]) -> dict[tuple[int, str], DeckVersion]:
        return {
            (self.version_id, prefix): compile_version(
                self.version_id, self.terms, [row for row in self.rows if row.prefix == prefix]
            )
            for prefix in prefixes
        }


def stated(ledger: Ledger, priced: Priced | None = None) -> list[StatementEntry]:
    """Put everything that a ledger holds on a statement."""
    return stated_rows(ledger.entries, ledger.lines, ledger.texts, priced or Priced(), ledger.opening)


def stated_rows(
    entries: Sequence[Entry],
    lines: Sequence[Line],
    texts: Sequence[EntryText],
    priced: Priced,
    opening_micros: int = 0,
) -> list[StatementEntry]:
    lines_of: dict[EntryKey, list[Line]] = {}
    for line in sorted(lines, key=lambda line: (line.part, line.line)):
        lines_of.setdefault(EntryKey(line.source_number, line.event_key), []).append(line)
    priced_rows: list[Entry | Line] = [*entries, *lines]
    prefixes = {number_text(one.number, one.number_shape)[: one.prefix_length] for one in priced_rows}
    beside = Beside(
        texts={EntryKey(text.source_number, text.event_key): text for text in texts},
        lines=lines_of,
        users={4: "u-4"},
        sources={0: "", 3: "/platform"},
        lots={number: LotName(number, "purchase", f"p-{number}", "") for number in range(1, 20)},
        allowances=priced.allowances,
        tariffs=Tariffs({priced.version_id: "standard"}, priced.cut_down(prefixes)),
    )
    return list(state(entries, opening_micros, beside))
