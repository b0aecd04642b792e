"""Rate decks, compiled: which tariff prices a number, and which version of a deck was in force."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, product
from typing import Final, NamedTuple

from worker.domain.rounding import Rounding
from worker.domain.tariff_row import TariffRow
from worker.domain.wall_clock import WallClock
from worker.domain.week import Week, compile_week

# What a row must name to price it. An emergency number or a short code begins with no country: a row for
# any type of number, `91` say, would take 911 for India. Rows without a number_type are for the others.
NAMED_TYPES: Final = frozenset({"emergency", "short_code"})

# Both hold what was looked up before; full, they start again. 32,768 look-ups are about 8 MB.
_MEMO_LIMIT: Final = 32_768
_PROBES_LIMIT: Final = 4_096

# Tariffs by the length of their prefix, then by the prefix.
Table = dict[int, dict[str, "Tariff"]]
# Service, number_type and origin as rows name them, '' for any.
Applies = tuple[str, str, str]
# What decides which tariff prices a leg: the number's leading digits, service, number_type, origin.
Question = tuple[str, str, str, str]
Probe = tuple[int, Callable[[str], "Tariff | None"]]


class Tariff(NamedTuple):
    """The price of one prefix: one row for ever (`flat`), or else steps and windows (`week`)."""

    prefix: str
    flat: TariffRow | None
    week: Week | None


@dataclass(frozen=True, slots=True)
class VersionTerms:
    """What holds for all rows of a deck version."""

    effective_from_s: int
    timezone: str
    round_to_micros: int = 1
    rounding: Rounding = Rounding.UP


class DeckVersion:
    """One version of a deck, compiled; to the outside it never changes. Its id is unique over all decks.

    A look-up asks, from the longest prefix down, the tables of the rows that may apply, those that name the
    service first, then the number_type, then the origin. `memo` keeps answers by the digits that can
    matter, so it holds destinations, not callers.
    """

    __slots__ = (
        "_origins",
        "_probes",
        "_tables",
        "clock",
        "longest",
        "memo",
        "rounds_up_to_a_micro",
        "terms",
        "version_id",
    )

    def __init__(self, version_id: int, terms: VersionTerms, tables: Mapping[Applies, Table]) -> None:
        self.version_id = version_id
        self.terms = terms
        self.rounds_up_to_a_micro = terms.rounding is Rounding.UP and terms.round_to_micros == 1
        self.clock = WallClock(terms.timezone)
        self.longest = max((length for table in tables.values() for length in table), default=0)
        self.memo: dict[Question, Tariff | None] = {}
        self._tables = tables
        self._origins = frozenset(origin for _, _, origin in tables)
        self._probes: dict[Applies, list[Probe]] = {}

    def look_up(self, question: Question) -> Tariff | None:
        """Find the tariff that prices a number, and remember it; masked digits match nothing."""
        number, service, number_type, origin = question
        applies = (service, number_type, origin if origin in self._origins else "")
        probes = self._probes.get(applies)
        if probes is None:
            probes = self._open(applies)
        found = None
        for length, find in probes:
            found = find(number[:length])
            if found is not None:
                break
        if len(self.memo) >= _MEMO_LIMIT:
            self.memo.clear()
        self.memo[question] = found
        return found

    def _open(self, applies: Applies) -> list[Probe]:
        """Put the tables that apply in the order in which they are asked."""
        service, number_type, origin = applies
        any_type = () if number_type in NAMED_TYPES else ("",)
        # Named before any, and the service before the number_type before the origin.
        keys = dict.fromkeys(product((service, ""), (number_type, *any_type), (origin, "")))
        tables = [self._tables[key] for key in keys if key in self._tables]
        lengths = sorted({length for table in tables for length in table}, reverse=True)
        probes: list[Probe] = [
            (length, table[length].get) for length in lengths for table in tables if length in table
        ]
        if len(self._probes) >= _PROBES_LIMIT:
            self._probes.clear()
        self._probes[applies] = probes
        return probes


class VersionCompiler:
    """Compiles a version slice by slice, so that nobody waits for a large deck.

    Rows come in canonical order and were found right (`worker.domain.week.week_faults`).
    """

    def __init__(self, version_id: int, terms: VersionTerms) -> None:
        self._version_id = version_id
        self._terms = terms
        self._tables: dict[Applies, Table] = {}
        self._unfinished: tuple[TariffRow, ...] = ()

    def add(self, rows: Iterable[TariffRow]) -> None:
        """Take the next rows; those of the last tariff wait for what may follow."""
        waiting, self._unfinished = self._unfinished, ()
        for _, tariff_rows in groupby(chain(waiting, rows), key=_tariff_key):
            if self._unfinished:
                self._add_tariff(self._unfinished)
            self._unfinished = tuple(tariff_rows)

    def finish(self) -> DeckVersion:
        """Give the version; nothing is added afterwards."""
        if self._unfinished:
            self._add_tariff(self._unfinished)
        return DeckVersion(self._version_id, self._terms, self._tables)

    def _add_tariff(self, rows: tuple[TariffRow, ...]) -> None:
        service, number_type, origin, prefix = rows[0].tariff_key
        flat = rows[0] if len(rows) == 1 else None
        tariff = Tariff(prefix, flat, None if flat else compile_week(rows))
        table = self._tables.setdefault((service, number_type, origin), {})
        table.setdefault(len(prefix), {})[prefix] = tariff


def compile_version(version_id: int, terms: VersionTerms, rows: Iterable[TariffRow]) -> DeckVersion:
    """Compile a whole version at once; rows in canonical order."""
    compiler = VersionCompiler(version_id, terms)
    compiler.add(rows)
    return compiler.finish()


def _tariff_key(row: TariffRow) -> tuple[str, str, str, str]:
    return row.tariff_key


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version on its way in: which deck it belongs to, its terms, its rows in canonical order."""

    deck: str
    currency: str
    terms: VersionTerms
    rows: Sequence[TariffRow]


@dataclass(frozen=True, slots=True)
class Deck:
    """A named deck: its currency for ever, its versions by the time from which they hold."""

    name: str
    currency: str
    versions: tuple[DeckVersion, ...]

    def version_at(self, started_s: int) -> DeckVersion | None:
        """Give the version in force at a time; None before the first."""
        for version in reversed(self.versions):
            if version.terms.effective_from_s <= started_s:
                return version
        return None


@dataclass(frozen=True, slots=True)
class Decks:
    """All decks as of one generation, the number that every import raises."""

    generation: int
    by_name: Mapping[str, Deck]

    def deck(self, name: str) -> Deck | None:
        """Find a deck by the name that accounts use."""
        return self.by_name.get(name)
