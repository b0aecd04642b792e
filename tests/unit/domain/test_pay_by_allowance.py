from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.unit.domain.bundling import MARCH, bundled, terms, uses
from tests.unit.domain.deciding import UNIT, call, conference, decided, facts, funded, leg, outcome
from worker.domain.allowance import Use
from worker.domain.allowance_plan import Terms
from worker.domain.draft import Outcome
from worker.domain.entry import ALLOWANCE, HAS_LINES, PART_ALLOWANCE, PART_LEG
from worker.domain.rejection import Rejection
from worker.domain.tariff import Deck, Decks, VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg

GERMANY = terms(1, prefixes=("49",), name="germany")
BERLIN = terms(2, prefixes=("4930",), name="berlin")
WORLD = terms(3, name="anywhere")
FOUR = terms(5, name="four", prefixes=("4", "4930"))
CITIES = terms(4, name="a-cities", prefixes=("4989", "4930"))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_a_bundle_pays_billable_seconds_and_the_ledger_says_which_bundle() -> None:
    draft = decided(bundled(WORLD), call(duration_s=61))

    (entry,) = draft.entries
    assert (entry.amount_micros, entry.bundle_s, entry.codes // ALLOWANCE) == (0, 120, 3)
    assert uses(draft) == {(3, MARCH): 120}
    assert draft.lines == []
    assert draft.accounts["acme"].balance == 1000 * UNIT


def test_an_account_without_bundles_pays_with_money() -> None:
    draft = decided(facts(funded(10 * UNIT)), call())

    assert [(one.amount_micros, one.bundle_s) for one in draft.entries] == [(-UNIT, 0)]


@pytest.mark.parametrize(
    ("owned", "named", "payer"),
    [
        pytest.param([WORLD, GERMANY, BERLIN], "", "berlin", id="the most specific prefix"),
        pytest.param([GERMANY, WORLD], "", "germany", id="any prefix before none"),
        pytest.param([BERLIN, CITIES], "", "a-cities", id="then the name"),
        pytest.param([GERMANY, FOUR], "", "four", id="the longest of several that match"),
        pytest.param([BERLIN, WORLD], "anywhere", "anywhere", id="the one that is named"),
        pytest.param([BERLIN, WORLD], "none", None, id="money only"),
        pytest.param([BERLIN, WORLD], "unheard of", None, id="a name that no bundle has"),
        pytest.param([BERLIN._replace(minutes=0), WORLD], "berlin", None, id="the named one has ended"),
        pytest.param([terms(prefixes=("33",), name="france")], "france", None, id="named, not applying"),
    ],
)
def test_which_bundle_pays(owned: Sequence[Terms], named: str, payer: str | None) -> None:
    draft = decided(bundled(*owned), call(allowance=named))

    (entry,) = draft.entries
    paid = {one.number: one.name for one in owned}.get(entry.codes // ALLOWANCE)
    assert (paid, entry.amount_micros) == (payer, 0 if payer else -UNIT)


@pytest.mark.parametrize(
    ("given", "called", "pays"),
    [
        ({"services": ("inbound", "outbound")}, {}, True),
        ({"services": ("inbound", "dial_in")}, {}, False),
        ({"origins": ("TR",)}, {"origin": "TR"}, True),
        ({"origins": ("TR",)}, {"origin": "DE"}, False),
        ({"origins": ("TR",)}, {}, False),
        ({"prefixes": ("4930",)}, {}, True),
        ({"prefixes": ("4931", "49301")}, {}, True),
        ({"prefixes": ("493013",)}, {}, False),
        ({"prefixes": ("49",), "except_prefixes": ("4930", "4940")}, {}, False),
        ({"prefixes": ("49",), "except_prefixes": ("4940",)}, {}, True),
        ({"except_prefixes": ("4930",)}, {}, False),
        ({"prefixes": ("49301",)}, {"number": "4930123***"}, True),
        ({"prefixes": ("4930123456",)}, {"number": "4930123***"}, False),
        ({}, {"number_type": "toll_free"}, False),
        ({"number_types": ("toll", "toll_free")}, {"number_type": "toll_free"}, True),
        ({"number_types": ("toll_free",)}, {}, False),
    ],
)
def test_a_bundle_applies_to_what_its_lists_name(
    given: dict[str, Any], called: dict[str, Any], *, pays: bool
) -> None:
    draft = decided(bundled(terms(**given)), call(**called))

    assert bool(draft.entries[0].bundle_s) is pays


def test_an_emergency_uses_no_bundle_even_if_one_names_it_and_a_tariff_prices_it() -> None:
    priced = compile_version(
        7, VersionTerms(0, "UTC"), [TariffRow("", "emergency", "", "112", "", 0, 0, UNIT)]
    )
    decks = Decks(3, {"standard": Deck("standard", "USD", (priced,))})
    known = replace(bundled(terms(number_types=("toll", "emergency"))), decks=decks)

    draft = decided(known, call(number="112", number_type="emergency"))

    assert [(one.amount_micros, one.bundle_s) for one in draft.entries] == [(-UNIT, 0)]


def test_usage_without_a_tariff_waits_even_if_a_bundle_would_pay() -> None:
    known = replace(bundled(terms()), looked_up=True)

    draft = decided(known, call(number="33123456789"))

    refused = outcome(draft)
    assert isinstance(refused, Rejection)
    assert uses(draft) == {}


def test_usage_of_no_length_uses_nothing() -> None:
    draft = decided(bundled(terms()), call(duration_s=0))

    assert draft.entries[0].bundle_s == 0
    assert uses(draft) == {}


def test_where_a_bundle_runs_out_the_next_goes_on_and_then_money() -> None:
    used = [Use(2, MARCH, 600 - 70, 0), Use(3, MARCH, 600 - 35, 0)]

    draft = decided(bundled(BERLIN, WORLD, uses=used), call(duration_s=130))

    (entry,) = draft.entries
    # 180 billable seconds: 70 and 35 from bundles, 75 at a unit a minute.
    assert (entry.amount_micros, entry.bundle_s) == (-1_250_000, 105)
    assert (entry.codes // ALLOWANCE, entry.codes & HAS_LINES) == (0, HAS_LINES)
    assert [(line.part, line.codes // ALLOWANCE, line.bundle_s) for line in draft.lines] == [
        (PART_ALLOWANCE, 2, 70),
        (PART_ALLOWANCE, 3, 35),
    ]
    assert uses(draft) == {(2, MARCH): 600, (3, MARCH): 600}


def test_calls_of_one_batch_use_a_bundle_one_after_the_other() -> None:
    known = bundled(terms(minutes=2))

    draft = decided(known, call("c-1"), call("c-2"), call("c-2"), call("c-3"))

    assert outcome(draft, 2) is Outcome.DUPLICATE
    assert [(one.amount_micros, one.bundle_s) for one in draft.entries] == [(0, 60), (0, 60), (-UNIT, 0)]


def test_each_leg_of_a_conference_has_its_own_bundles_and_month() -> None:
    march, april = at("2026-03-31T23:59:00+00:00"), at("2026-04-01T00:01:00+00:00")
    legs: list[Leg] = [
        leg(started_s=march, duration_s=61),
        leg(started_s=april, duration_s=60),
        leg(started_s=april, duration_s=60, allowance="none"),
    ]
    used = [Use(1, MARCH, 600 - 90, 0)]

    draft = decided(bundled(terms(), uses=used, now_s=april + 60), conference(*legs))

    (entry,) = draft.entries
    assert (entry.amount_micros, entry.bundle_s) == (-1_500_000, 150)
    assert entry.codes // ALLOWANCE == 0
    told = [(line.leg_id, line.amount_micros, line.bundle_s) for line in draft.lines if line.part == PART_LEG]
    assert told == [("l-0", -500_000, 90), ("l-1", 0, 60), ("l-2", -UNIT, 0)]
    paid = [line for line in draft.lines if line.part == PART_ALLOWANCE]
    assert [(one.line, one.started_s, one.bundle_s, one.codes) for one in paid] == [
        (0, march, 90, ALLOWANCE),
        (1, april, 60, ALLOWANCE),
    ]
    assert uses(draft) == {(1, MARCH): 600, (1, 202604): 60}


def test_one_leg_without_a_tariff_leaves_the_bundles_of_the_others_alone() -> None:
    known = replace(bundled(terms()), looked_up=True)

    draft = decided(known, conference(leg(), leg(number="33123456789")))

    assert isinstance(outcome(draft), Rejection)
    assert uses(draft) == {}
