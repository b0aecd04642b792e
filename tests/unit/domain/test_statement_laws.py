from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.deciding import UNIT, call, conference, credit, event, funded, lot
from tests.unit.domain.random_decks import decks_and_legs, legs, timezones
from tests.unit.domain.revising import Ledger, correction, void
from tests.unit.domain.stating import Priced, stated
from tests.unit.domain.test_allowance_laws import Bundle, bundles
from worker.domain.allowance import StoredAllowances, Use
from worker.domain.allowance_plan import Plan
from worker.domain.decide import Decoded
from worker.domain.entry import CONFERENCE_KINDS
from worker.domain.rounding import Rounding
from worker.domain.statement import StatementEntry
from worker.domain.tariff import Deck, Decks, VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg

VERSION_ID = 7


class Step(NamedTuple):
    """What happens next, and to which of the legs."""

    what: str
    leg: int
    other: int


steps = st.builds(
    Step,
    st.sampled_from(("call", "call", "conference", "credit", "void", "correction", "again")),
    st.integers(0, 3),
    st.integers(0, 3),
)


def record(step: Step, number: int, given_legs: list[Leg]) -> Decoded:
    """Make a record; voids and corrections are of the calls that may have come before."""
    one, other = given_legs[step.leg], given_legs[step.other]
    known = call(f"c-{step.leg}", **one._asdict())
    match step.what:
        case "conference":
            return conference(one, other, event_id=f"m-{number}")
        case "credit":
            return event(credit((number + 1) * UNIT, f"p-{number}"), f"e-{number}")
        case "void":
            return void(known, f"v-{number}")
        case "correction":
            return correction(known, call(**other._asdict()), f"k-{number}")
        case "again":
            return call(f"again-{number}", **one._asdict())
        case _:
            return known


@settings(max_examples=200, deadline=None)
@given(
    deck_and_leg=decks_and_legs(),
    others=st.lists(legs, min_size=3, max_size=3),
    taken=st.lists(steps, min_size=1, max_size=12),
    owned=bundles(),
    timezone=timezones,
    unit=st.sampled_from((1, 10_000)),
    rounding=st.sampled_from(Rounding),
)
def test_whatever_happens_entries_make_the_closing_balance_and_lines_make_every_entry(
    deck_and_leg: tuple[list[TariffRow], Leg],
    others: list[Leg],
    taken: list[Step],
    owned: list[Bundle],
    timezone: str,
    unit: int,
    rounding: Rounding,
) -> None:
    rows, first = deck_and_leg
    terms = VersionTerms(0, timezone, unit, rounding)
    ledger = Ledger(funded(50 * UNIT, allowances_made=len(owned)), lot(1, 50 * UNIT))
    version = compile_version(VERSION_ID, terms, rows)
    ledger.given = {
        "decks": Decks(3, {"standard": Deck("standard", "USD", (version,))}),
        "open_from_s": 0,
        "open_until_s": 1 << 40,
    }
    used = {(one.terms.number, 202603): Use(one.terms.number, 202603, one.used_s, 0) for one in owned}
    # The first leg is the one that a tariff prices; others like it are priced, too.
    given_legs = [first, *(one._replace(number=first.number, service=first.service) for one in others)]

    for number, step in enumerate(taken):
        stored = StoredAllowances(202501, Plan(202501, (one.terms for one in owned)), list(used.values()))
        ledger.given["allowances"] = {1: stored}
        ledger.used = []
        ledger.decide(record(step, number, given_legs))
        used |= {(one.number, one.month): one for one in ledger.used}
    entries = stated(
        ledger, Priced(terms, rows, VERSION_ID, {one.terms.number: one.terms.name for one in owned})
    )

    balance = ledger.opening
    for entry in entries:
        balance += entry.entry.amount_micros
        assert entry.balance_micros == balance
        if entry.parts:
            lines_make(entry)
    assert balance == ledger.account.balance_micros


def lines_make(entry: StatementEntry) -> None:
    """Every second has its price, and together they are what was booked: in money and in bundled seconds."""
    lines = [line for part in entry.parts for line in part.lines]
    assert sum(line.amount_micros for line in lines) == entry.entry.amount_micros
    assert sum(line.allowance_s for line in lines) == entry.entry.bundle_s
    assert all(line.price_per_minute_micros is not None for line in lines)
    assert all(abs(line.allowance_s) <= abs(line.billable_s) for line in lines)
    assert bool(entry.allowances) == bool(entry.entry.bundle_s)
    assert all(part.prefix is not None for part in entry.parts if part.lines)
    if entry.entry.kind in CONFERENCE_KINDS:
        assert all(part.leg_id for part in entry.parts)
