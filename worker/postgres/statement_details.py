"""What stands beside a statement's entries: texts, lines, names, and the tariffs that priced them."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

from worker.domain.entry import HAS_LINES, Entry, EntryText, Line
from worker.domain.statement import Beside, EntryKey, LotName
from worker.domain.statement_part import Tariffs, number_text
from worker.domain.tariff import DeckVersion, VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.postgres.tariffs import version_terms
from worker.postgres.transaction import Transaction

# Day by day with `day = $3`, so that one partition's key answers.
TEXTS: Final = """
    SELECT
        cell, account_id, source_number, event_key::text AS event_key, day, source, event_id, call_id, origin
    FROM entry_text
    WHERE cell = $1 AND account_id = $2 AND day = $3 AND event_key = ANY($4::uuid [])
"""

LINES: Final = """
    SELECT
        started_s, amount_micros, number, event_key::text AS event_key, account_id, duration_s, bundle_s,
        version_id, lot_number, day, cell, source_number, line, part, prefix_length, number_shape, codes,
        leg_id, origin
    FROM entry_line
    WHERE cell = $1 AND account_id = $2 AND day = $3 AND event_key = ANY($4::uuid [])
    ORDER BY event_key, source_number, part, line
"""

USERS: Final = """
    SELECT text_id, text FROM dictionary
    WHERE cell = $1 AND account_id = $2 AND text_id = ANY($3::integer [])
"""

LOTS: Final = """
    SELECT lot_number, kind, coalesce(payment_id, '') AS payment_id, coalesce(recharge_id, '') AS recharge_id
    FROM lot
    WHERE cell = $1 AND account_id = $2 AND lot_number = ANY($3::integer [])
"""

ALLOWANCES: Final = """
    SELECT DISTINCT allowance_number, name FROM allowance WHERE cell = $1 AND account_id = $2
"""

VERSIONS: Final = """
    SELECT
        rate_deck_version.version_id, rate_deck.name, rate_deck_version.effective_from_s,
        rate_deck_version.timezone, rate_deck_version.round_to_micros, rate_deck_version.rounding
    FROM rate_deck_version
    INNER JOIN rate_deck ON rate_deck_version.deck_id = rate_deck.deck_id
    WHERE rate_deck_version.version_id = ANY($1::integer [])
"""

# Only the prefixes that were called: a deck may have half a million rows, a tenant has few destinations.
ROWS: Final = """
    SELECT
        service, number_type, origin, prefix, label, connection_fee_micros, from_s, price_per_minute_micros,
        initial_s, increment_s, weekdays, from_minute, to_minute, free_under_s, max_charge_micros
    FROM tariff
    WHERE version_id = $1 AND prefix = ANY($2::text [])
    ORDER BY row_number
"""

# Beyond these numbers of names and tariffs they are read anew: memory stays bounded.
MOST_USERS: Final = 50_000
MOST_PREFIXES: Final = 20_000

Priced = Entry | Line


class Owner(NamedTuple):
    """Whose statement it is, and the names of the sources that its entries may have."""

    cell: int
    account_id: int
    sources: dict[int, str]


class Details:
    """Reads what stands beside pages of one account's entries; remembers what many of them share."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._users: dict[int, str] = {}
        self._allowances: dict[int, str] | None = None
        self._decks: dict[int, str] = {}
        self._terms: dict[int, VersionTerms] = {}
        self._versions: dict[tuple[int, str], DeckVersion] = {}

    async def read(self, tx: Transaction, entries: Sequence[Entry]) -> Beside:
        """Read everything that a page of entries needs."""
        texts: dict[EntryKey, EntryText] = {}
        lines: dict[EntryKey, Sequence[Line]] = {}
        for day, of_day in groupby(sorted(entries, key=attrgetter("day")), attrgetter("day")):
            group = list(of_day)
            texts |= await self._texts(tx, day, group)
            lines |= await self._lines(tx, day, [one for one in group if one.codes & HAS_LINES])
        priced: list[Priced] = [*entries, *(line for some in lines.values() for line in some)]
        return Beside(
            texts=texts,
            lines=lines,
            users=await self._names(tx, {entry.user_number for entry in entries if entry.user_number}),
            sources=self._owner.sources,
            lots=await self._lots(tx, priced),
            allowances=await self._bundles(tx),
            tariffs=await self._tariffs(tx, priced),
        )

    async def _texts(self, tx: Transaction, day: date, entries: list[Entry]) -> dict[EntryKey, EntryText]:
        keys = [entry.event_key for entry in entries]
        rows = await tx.fetch(TEXTS, self._owner.cell, self._owner.account_id, day, keys)
        texts = (EntryText(**row) for row in rows)
        return {EntryKey(text.source_number, text.event_key): text for text in texts}

    async def _lines(
        self, tx: Transaction, day: date, entries: list[Entry]
    ) -> dict[EntryKey, Sequence[Line]]:
        if not entries:
            return {}
        keys = [entry.event_key for entry in entries]
        rows = await tx.fetch(LINES, self._owner.cell, self._owner.account_id, day, keys)
        lines = (Line(**row) for row in rows)
        named = ((EntryKey(line.source_number, line.event_key), line) for line in lines)
        return {key: [line for _, line in some] for key, some in groupby(named, itemgetter(0))}

    async def _names(self, tx: Transaction, numbers: set[int]) -> dict[int, str]:
        if len(self._users) > MOST_USERS:
            self._users.clear()
        missing = sorted(numbers - self._users.keys())
        if missing:
            rows = await tx.fetch(USERS, self._owner.cell, self._owner.account_id, missing)
            self._users |= {int(row["text_id"]): str(row["text"]) for row in rows}
        return self._users

    async def _bundles(self, tx: Transaction) -> dict[int, str]:
        if self._allowances is None:
            rows = await tx.fetch(ALLOWANCES, self._owner.cell, self._owner.account_id)
            self._allowances = {int(row["allowance_number"]): str(row["name"]) for row in rows}
        return self._allowances

    async def _lots(self, tx: Transaction, priced: Iterable[Priced]) -> dict[int, LotName]:
        # Usage has a version; its lots are not shown.
        numbers = sorted({one.lot_number for one in priced if one.lot_number and not one.version_id})
        if not numbers:
            return {}
        rows = await tx.fetch(LOTS, self._owner.cell, self._owner.account_id, numbers)
        return {int(row["lot_number"]): LotName._make(row) for row in rows}

    async def _tariffs(self, tx: Transaction, priced: Iterable[Priced]) -> Tariffs:
        if len(self._versions) > MOST_PREFIXES:
            self._versions.clear()
        wanted: dict[int, set[str]] = {}
        for one in priced:
            if one.version_id:
                prefix = number_text(one.number, one.number_shape)[: one.prefix_length]
                if (one.version_id, prefix) not in self._versions:
                    wanted.setdefault(one.version_id, set()).add(prefix)
        await self._read_terms(tx, sorted(wanted.keys() - self._terms.keys()))
        for version_id, prefixes in sorted(wanted.items()):
            await self._compile(tx, version_id, prefixes)
        return Tariffs(self._decks, self._versions)

    async def _read_terms(self, tx: Transaction, version_ids: list[int]) -> None:
        if version_ids:
            for row in await tx.fetch(VERSIONS, version_ids):
                self._decks[row["version_id"]] = row["name"]
                self._terms[row["version_id"]] = version_terms(row)

    async def _compile(self, tx: Transaction, version_id: int, prefixes: set[str]) -> None:
        """Compile a version's rows for each of some prefixes; no rows where none prices such a number."""
        rows: dict[str, list[TariffRow]] = {prefix: [] for prefix in prefixes}
        for record in await tx.fetch(ROWS, version_id, sorted(prefixes)):
            rows[record["prefix"]].append(TariffRow._make(record))
        for prefix, of_prefix in rows.items():
            self._versions[version_id, prefix] = compile_version(
                version_id, self._terms[version_id], of_prefix
            )
