from dataclasses import replace
from uuid import uuid4

import pytest

from tests.unit.domain.bundling import bundled, terms
from tests.unit.domain.deciding import (
    UNIT,
    VERSION,
    call,
    conference,
    credit,
    decided,
    event,
    facts,
    funded,
    leg,
    lot,
    row,
)
from tests.unit.domain.revising import Ledger, correction, void
from tests.unit.domain.stating import GERMANY, Priced, stated, stated_rows
from worker.domain.entry import PART_SHARE
from worker.domain.statement import StatementEntry, UsageName
from worker.domain.statement_part import StatementLine, number_text
from worker.domain.tariff import Deck, Decks, compile_version


def lines_of(entry: StatementEntry) -> list[StatementLine]:
    return [line for part in entry.parts for line in part.lines]


def test_a_call_is_stated_with_the_balance_after_it_and_the_price_of_its_seconds() -> None:
    ledger = Ledger(funded(9 * UNIT), lot(1, 9 * UNIT))
    ledger.decide(call(duration_s=61, number="4930123***"))

    (entry,) = stated(ledger)

    assert (entry.balance_micros, entry.usage) == (7 * UNIT, UsageName("s", "c-1"))
    (part,) = entry.parts
    assert (part.number, part.destination, part.prefix, part.deck) == (
        "4930******",
        "Germany",
        "49",
        "standard",
    )
    assert part.lines == (StatementLine(0, 61, UNIT, 120, 0, -2 * UNIT),)


def test_the_usage_of_a_numbered_source_has_the_key_as_its_id() -> None:
    ledger, key = Ledger(funded(9 * UNIT), lot(1, 9 * UNIT)), str(uuid4())
    ledger.decide(call()._replace(source_number=3, key=key, event_id=key))

    (entry,) = stated(ledger)

    assert (entry.usage, entry.revision) == (UsageName("/platform", key), 0)


def test_the_seconds_that_a_bundle_paid_are_told_from_those_that_money_paid() -> None:
    draft = decided(bundled(terms(minutes=1, name="world")), call(duration_s=150))

    (entry,) = stated_rows(draft.entries, draft.lines, draft.texts, Priced(allowances={1: "world"}))

    assert lines_of(entry) == [StatementLine(0, 150, UNIT, 180, 60, -2 * UNIT)]
    assert entry.allowances == ("world",)


def test_a_bundle_that_ends_inside_a_step_pays_only_the_seconds_before_its_end() -> None:
    cheaper = GERMANY._replace(from_s=60, price_per_minute_micros=UNIT // 2)
    version = compile_version(VERSION.version_id, VERSION.terms, [GERMANY, cheaper])
    decks = Decks(3, {"standard": Deck("standard", "USD", (version,))})
    known = replace(bundled(terms(minutes=2, name="world")), decks=decks)
    draft = decided(known, call(duration_s=240))

    priced = Priced(rows=[GERMANY, cheaper], allowances={1: "world"})
    (entry,) = stated_rows(draft.entries, draft.lines, draft.texts, priced)

    assert lines_of(entry) == [
        StatementLine(0, 60, UNIT, 60, 60, 0),
        StatementLine(60, 240, UNIT // 2, 180, 60, -UNIT),
    ]


def test_a_bundle_is_named_beside_the_lots_that_paid_the_rest() -> None:
    lots = {1: (lot(1, UNIT), lot(2, 9 * UNIT))}
    account = funded(UNIT, balance_micros=10 * UNIT, more_lots=True, lots_made=2)
    known = replace(bundled(terms(minutes=1, name="world"), row=account), lots=lots)
    draft = decided(known, call(duration_s=180))

    (entry,) = stated_rows(draft.entries, draft.lines, draft.texts, Priced(allowances={1: "world"}))

    assert {line.part for line in draft.lines} >= {PART_SHARE}
    assert (entry.allowances, entry.entry.amount_micros) == (("world",), -2 * UNIT)


def test_a_revision_names_its_usage_and_says_the_how_manieth_it_is() -> None:
    usage = call()
    ledger = Ledger(funded(9 * UNIT), lot(1, 9 * UNIT))
    ledger.decide(usage)
    ledger.decide(correction(usage, call(duration_s=120)))
    ledger.decide(void(usage))

    entries = stated(ledger)

    assert [(entry.usage, entry.revision) for entry in entries] == [
        (UsageName("s", "c-1"), number) for number in range(4)
    ]
    assert lines_of(entries[1]) == [StatementLine(0, 60, UNIT, -60, 0, UNIT)]
    assert entries[-1].balance_micros == 9 * UNIT


def test_what_is_no_usage_says_which_payment_it_was() -> None:
    draft = decided(facts(row()), event(credit(5 * UNIT, "p-1")))

    (entry,) = stated_rows(draft.entries, draft.lines, draft.texts, Priced())

    assert (entry.usage, entry.parts, [lot.payment_id for lot in entry.lots]) == (None, (), ["p-1"])


def test_a_number_without_its_last_digits_is_explained_by_its_prefix() -> None:
    draft = decided(facts(funded(9 * UNIT)), call(duration_s=61))
    (entry,) = draft.entries
    masked = entry._replace(number=entry.number // 10**4, number_shape=entry.number_shape + 4)

    (before,), (after,) = (stated_rows([one], [], draft.texts, Priced()) for one in (entry, masked))

    assert before.parts == after.parts


def test_what_cannot_be_explained_any_more_keeps_its_amount() -> None:
    draft = decided(facts(funded(9 * UNIT)), call(duration_s=61))
    dearer = Priced(rows=[GERMANY._replace(price_per_minute_micros=2 * UNIT)])

    for priced in (dearer, Priced(rows=[])):
        (entry,) = stated_rows(draft.entries, [], draft.texts, priced)
        assert lines_of(entry) == [StatementLine(0, 61, None, 61, 0, -2 * UNIT)]
        assert entry.parts[0].destination is None


def test_each_leg_of_a_conference_is_a_part_of_its_own() -> None:
    draft = decided(facts(funded(9 * UNIT)), conference(leg(), leg(duration_s=0), leg(duration_s=61)))

    (entry,) = stated_rows(draft.entries, draft.lines, draft.texts, Priced())

    assert [(part.leg_id, part.destination, len(part.lines)) for part in entry.parts] == [
        ("l-0", "Germany", 1),
        ("l-1", "Germany", 0),
        ("l-2", "Germany", 1),
    ]
    assert sum(line.amount_micros for line in lines_of(entry)) == entry.entry.amount_micros == -3 * UNIT


def test_an_emergency_that_no_tariff_prices_is_stated_without_a_price() -> None:
    draft = decided(facts(funded(9 * UNIT)), call(number="112", number_type="emergency"))

    (entry,) = stated_rows(draft.entries, draft.lines, draft.texts, Priced())

    (part,) = entry.parts
    assert (part.destination, part.prefix, part.lines, part.number) == (None, None, (), "112")


@pytest.mark.parametrize(
    ("number", "shape", "text"),
    [
        (4930123456, 10 * 16, "4930123456"),
        (4930123, 10 * 16 + 3, "4930123***"),
        (0, 3 * 16, "000"),
        (0, 3 * 16 + 3, "***"),
        (7, 4 * 16 + 1, "007*"),
    ],
)
def test_a_stored_number_is_written_as_it_came(number: int, shape: int, text: str) -> None:
    assert number_text(number, shape) == text
