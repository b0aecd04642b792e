import pytest

from tests.unit.domain.deciding import (
    DAY_S,
    DECKS,
    NOW_S,
    UNIT,
    call,
    conference,
    decided,
    facts,
    funded,
    leg,
    lot,
    outcome,
    row,
)
from worker.domain.account import LARGEST_MICROS, AccountRow
from worker.domain.charge import charge_usage
from worker.domain.decide import decide
from worker.domain.draft import Outcome
from worker.domain.entry import HAS_LINES, PART_LEG, PART_SHARE
from worker.domain.facts import Wanted
from worker.domain.ordinary_calls import OrdinaryCalls
from worker.domain.rejection import Reason, Rejection
from worker.domain.tariff import Deck, Decks
from worker.domain.usage import Usage


def reason(usage: Usage, account: AccountRow | None = None, decks: Decks = DECKS) -> Rejection:
    known = facts(account or funded(9 * UNIT), decks=decks, looked_up=True)
    refused = outcome(decided(known, usage))
    assert isinstance(refused, Rejection)
    return refused


def test_a_call_is_one_entry_with_its_price_number_and_lot() -> None:
    draft = decided(facts(funded(9 * UNIT)), call(duration_s=61, number="493012345**"))

    (entry,) = draft.entries
    assert (entry.amount_micros, entry.duration_s, entry.version_id, entry.prefix_length) == (
        -2 * UNIT,
        61,
        7,
        2,
    )
    assert (entry.number, entry.number_shape, entry.lot_number, entry.kind) == (493012345, 11 * 16 + 2, 1, 1)
    assert not entry.codes & HAS_LINES
    assert (draft.lines, draft.texts[0].event_id) == ([], "c-1")
    assert draft.accounts["acme"].balance == 7 * UNIT


def test_a_call_that_several_lots_pay_says_so_in_lines() -> None:
    account = funded(UNIT, balance_micros=4 * UNIT, more_lots=True)

    draft = decided(facts(account, lots={1: [lot(1, UNIT), lot(2, 3 * UNIT)]}), call(duration_s=300))

    (entry,) = draft.entries
    assert (entry.lot_number, bool(entry.codes & HAS_LINES)) == (0, True)
    shares = [(line.part, line.lot_number, line.amount_micros) for line in draft.lines]
    assert shares == [(PART_SHARE, 1, -UNIT), (PART_SHARE, 2, -3 * UNIT), (PART_SHARE, 0, -UNIT)]


def test_a_conference_is_one_entry_and_a_line_for_each_leg() -> None:
    draft = decided(facts(funded(9 * UNIT)), conference(leg(), leg(duration_s=90)))

    (entry,) = draft.entries
    assert (entry.amount_micros, entry.duration_s, entry.kind) == (-3 * UNIT, 150, 2)
    legs = [(line.part, line.leg_id, line.amount_micros) for line in draft.lines]
    assert legs == [(PART_LEG, "l-0", -UNIT), (PART_LEG, "l-1", -2 * UNIT)]


def test_case_25_one_leg_that_has_no_tariff_holds_the_conference() -> None:
    refused = reason(conference(leg(), leg(number="33123456789")))

    assert (refused.reason, refused.field) == (Reason.UNRATED, "data.rated_number")
    assert "3312" in refused.detail
    assert "33123" not in refused.detail


@pytest.mark.parametrize(
    ("started_s", "expected"),
    [
        pytest.param(NOW_S - 61 * DAY_S, None, id="the first second of the open days"),
        pytest.param(NOW_S - 61 * DAY_S - 1, Reason.TOO_OLD, id="a second before"),
        pytest.param(NOW_S + 300, None, id="five minutes ahead"),
        pytest.param(NOW_S + 301, Reason.IN_FUTURE, id="a second more"),
    ],
)
def test_case_27_usage_of_no_open_day_waits(started_s: int, expected: Reason | None) -> None:
    found = outcome(decided(facts(funded(9 * UNIT), looked_up=True), call(started_s=started_s)))

    assert (found.reason if isinstance(found, Rejection) else None) is expected


def test_case_27_a_conference_waits_for_the_time_of_its_last_leg() -> None:
    begun, ahead = leg(), leg(started_s=NOW_S + 301)

    assert reason(conference(begun, ahead)).reason is Reason.IN_FUTURE


def test_a_day_long_call_is_charged_and_a_longer_one_waits() -> None:
    assert outcome(decided(facts(funded(UNIT), looked_up=True), call(duration_s=DAY_S))) is Outcome.CHARGED
    assert reason(call(duration_s=DAY_S + 1)).reason is Reason.IMPLAUSIBLE


def test_a_deck_in_another_currency_or_none_at_all_prices_nothing() -> None:
    euros = Decks(1, {"standard": Deck("standard", "EUR", DECKS.by_name["standard"].versions)})

    assert reason(call(), decks=euros).reason is Reason.CURRENCY
    assert reason(call(), row(rate_deck="gone")).reason is Reason.UNRATED


def test_a_balance_never_passes_what_eight_bytes_hold() -> None:
    lowest = row(balance_micros=-LARGEST_MICROS, debt_micros=LARGEST_MICROS)

    assert reason(call(), lowest).reason is Reason.OUT_OF_RANGE
    assert outcome(decided(facts(lowest, looked_up=True), call(duration_s=0))) is Outcome.CHARGED


def test_an_unknown_tenant_waits_by_that_name() -> None:
    refused = outcome(decided(facts(), call(tenant="nobody")))

    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.field) == (Reason.UNKNOWN_TENANT, "data.tenant_id")


def test_case_33_the_second_of_two_in_a_batch_is_a_duplicate_and_other_content_a_conflict() -> None:
    draft = decided(facts(funded(9 * UNIT)), call(), call(), call(duration_s=600))

    assert len(draft.entries) == 1
    assert outcome(draft, 1) is Outcome.DUPLICATE
    refused = outcome(draft, 2)
    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.CONFLICT


def test_what_the_ledger_has_is_a_duplicate_however_unrateable_it_is_now() -> None:
    strange = call(number="33123456789")
    known = {(0, 1, strange.key): strange.content_hash}

    asked = decide([strange], facts(funded(UNIT)))
    draft = decided(facts(funded(UNIT), known_usage=known, looked_up=True), strange)

    assert isinstance(asked, Wanted)
    assert asked.usage == (strange,)
    assert outcome(draft) is Outcome.DUPLICATE


def test_a_decision_that_lacks_lots_asks_for_them_and_changes_nothing() -> None:
    account = funded(UNIT, balance_micros=4 * UNIT, more_lots=True)

    wanted = decide([call(duration_s=300)], facts(account, lots={}))

    assert wanted == Wanted(frozenset({1}), ())


def test_charging_nothing_touches_nobody() -> None:
    known = facts(funded(UNIT))
    draft = decided(known)
    charge_usage([], draft, known, OrdinaryCalls(draft, known))

    assert (draft.touched, draft.messages) == ({}, [])
