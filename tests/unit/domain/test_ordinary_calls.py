"""The one pass for ordinary calls, and the steps for all others: two ways to the same books."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.bundling import terms
from tests.unit.domain.deciding import DAY_S, NOW_S, UNIT, call, conference, facts, funded, leg, lot, row
from worker.domain.account import LARGEST_MICROS
from worker.domain.allowance import StoredAllowances
from worker.domain.allowance_plan import Plan
from worker.domain.charge import charge_usage
from worker.domain.draft import Draft
from worker.domain.facts import Facts
from worker.domain.ordinary_calls import OrdinaryCalls
from worker.domain.rating import find_tariff
from worker.domain.rounding import Rounding
from worker.domain.tariff import Deck, Decks, VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg, Usage

EVENING = 18 * 60
NOON = 12 * 60
MONDAY_TO_SUNDAY = 0b1111111

FLAT = [
    TariffRow(
        "", "", "", "49", "Germany", 30_000, 0, UNIT, 30, 6, free_under_s=5, max_charge_micros=3 * UNIT
    ),
    TariffRow("", "short_code", "", "49", "short", 0, 0, 5_000),
    TariffRow("", "emergency", "", "112", "help", 0, 0, 0),
    TariffRow("outbound", "", "DE", "4930", "Berlin", 0, 0, 333_333, 1, 1),
]
WINDOWED = [
    TariffRow("", "", "", "44", "by day", 0, 0, UNIT, 60, 60, MONDAY_TO_SUNDAY, NOON, EVENING),
    TariffRow("", "", "", "44", "by night", 0, 0, UNIT // 2, 60, 60, MONDAY_TO_SUNDAY, EVENING, NOON),
]
EUROS = Deck("euros", "EUR", (compile_version(1, VersionTerms(0, "UTC"), FLAT),))
LATE = Deck(
    "late",
    "USD",
    (
        compile_version(2, VersionTerms(NOW_S - 80 * DAY_S, "UTC", 10_000, Rounding.HALF_EVEN), FLAT),
        compile_version(3, VersionTerms(NOW_S - 600, "UTC"), sorted(FLAT + WINDOWED)),
    ),
)
DECKS = Decks(3, {"euros": EUROS, "late": LATE})

ACCOUNTS = (
    funded(50 * UNIT, tenant="rich", account_id=1, rate_deck="late"),
    funded(UNIT, tenant="poor", account_id=2, rate_deck="late"),
    row("broke", account_id=3, rate_deck="late"),
    funded(9 * UNIT, tenant="expiring", account_id=4, rate_deck="late", lot_expires_s=NOW_S - 300),
    funded(9 * UNIT, tenant="aged", account_id=5, rate_deck="late", forfeited_until_s=NOW_S - 300),
    funded(9 * UNIT, tenant="foreign", account_id=6, rate_deck="euros"),
    funded(9 * UNIT, tenant="without", account_id=7, rate_deck="nowhere"),
    funded(9 * UNIT, tenant="bundled", account_id=8, rate_deck="late"),
    funded(9 * UNIT, tenant="deep", account_id=9, rate_deck="late", balance_micros=-LARGEST_MICROS),
)
LOTS = {one.account_id: (lot(1, one.lot_left_micros),) if one.lot_number else () for one in ACCOUNTS}
NAMES = [one.tenant_id for one in ACCOUNTS]
KNOWN = facts(
    *ACCOUNTS,
    decks=DECKS,
    lots=LOTS,
    allowances={8: StoredAllowances(202501, Plan(202501, (terms(),)), ())},
    user_numbers={("rich", "anna"): 7},
)

SERVICES, TYPES, ORIGINS = ("outbound", "inbound"), ("toll", "emergency", "short_code"), ("", "DE")
NUMBERS = ("493012345678", "4917012345**", "442012345678", "112", "331234567")
# The memory of tariffs holds what was asked before; only what it holds can be ordinary.
for deck in (EUROS, LATE):
    for version, question in product(deck.versions, product(SERVICES, NUMBERS, TYPES, ORIGINS)):
        find_tariff(version, Leg(*question, NOW_S, 0, "", ""))

STARTS = [NOW_S - age_s for age_s in (-400, -299, 0, 301, 700, DAY_S + 5, 70 * DAY_S, 90 * DAY_S)]
# What may be odd about a call; one or two things at a time.
ODD: dict[str, Sequence[object]] = {
    "event_id": ["c-1", "c-2", "c-3"],
    "tenant": [*NAMES, "unknown"],
    "user_id": ["bert", ""],
    "call_id": ["x-1"],
    "source_number": [0],
    "service": SERVICES,
    "number": NUMBERS,
    "number_type": TYPES,
    "origin": ORIGINS,
    "allowance": ["none"],
    "started_s": STARTS,
    "duration_s": [0, 3, 29, 31, 3_600, 90_000],
}
TEXTS = ("user_id", "call_id", "source_number")


def made(event_id: str, odd: Sequence[tuple[str, Any]]) -> Usage:
    """A call of the rich tenant's, with what is odd about it."""
    given: dict[str, Any] = {"event_id": event_id, "tenant": "rich", "user_id": "anna", "source_number": 2}
    given |= {"duration_s": 61} | dict(odd)
    texts = {name: given.pop(name) for name in TEXTS if name in given}
    return call(**given)._replace(**texts)


oddities = st.sampled_from([(name, value) for name, values in ODD.items() for value in values])
calls = st.builds(made, st.uuids().map(str), st.lists(oddities, max_size=2))
conferences = st.just(conference(leg(), leg(duration_s=7), tenant="rich"))


class Never(OrdinaryCalls):
    """Finds no call ordinary."""

    __slots__ = ()

    def charge(self, usage: Usage) -> bool:
        assert usage
        return False


def books(usages: Sequence[Usage], known: Facts, way: type[OrdinaryCalls]) -> list[object]:
    """Everything that is decided while usage is charged."""
    draft = Draft(known)
    ordinary = way(draft, known)
    charge_usage(enumerate(usages), draft, known, ordinary)
    accounts = [(name, account.after(), account.starved) for name, account in draft.accounts.items()]
    written = [draft.entries, draft.lines, draft.texts, draft.outcomes, draft.doubtful, draft.messages]
    return [*written, accounts, list(draft.touched), ordinary.seen]


@settings(max_examples=500)
@given(st.lists(st.one_of(calls, calls, calls, conferences), max_size=12))
def test_an_ordinary_call_is_charged_as_the_steps_for_all_calls_do(usages: list[Usage]) -> None:
    assert books(usages, KNOWN, OrdinaryCalls) == books(usages, KNOWN, Never)


def test_most_calls_are_ordinary() -> None:
    draft, usage = Draft(KNOWN), call(tenant="rich", duration_s=61)
    ordinary = OrdinaryCalls(draft, KNOWN)

    assert ordinary.charge(usage)
    assert [entry.amount_micros for entry in draft.entries] == [-1_130_000]
