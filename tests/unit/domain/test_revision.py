import pytest

from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    call,
    conference,
    credit,
    decided,
    event,
    leg,
    lot,
    outcome,
)
from tests.unit.domain.revising import USED, charged, correction, ledger, void
from worker.domain.account import LARGEST_MICROS
from worker.domain.chain import revision_key
from worker.domain.decide import Decoded
from worker.domain.draft import Outcome
from worker.domain.entry import (
    CORRECTED_CALL,
    CORRECTED_CONFERENCE,
    HAS_LINES,
    USAGE_CALL,
    USAGE_RETURNED,
)
from worker.domain.event import Event
from worker.domain.rejection import Reason, Rejection
from worker.domain.usage import Usage


def test_case_18_a_void_returns_the_charge_to_its_lot() -> None:
    books = charged(USED)

    assert books.decide(void(USED)) == [Outcome.APPLIED]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]
    assert (books.left(), books.account.balance_micros) == ({1: 9 * UNIT}, 9 * UNIT)


def test_a_correction_of_a_numbered_source_says_which_usage_it_is_of() -> None:
    numbered = USED._replace(source_number=3, key="0197f0e2-8f3a-7c11-9a5e-1f2d3c4b5a69")
    books = charged(numbered)

    books.decide(correction(numbered, call(duration_s=60)))

    assert [(one.event_key, one.event_id) for one in books.texts] == [
        (revision_key(numbered.key, 1), numbered.key),
        (revision_key(numbered.key, 2), numbered.event_id),
    ]


def test_a_second_void_does_nothing_and_says_that_it_was_applied() -> None:
    books = charged(USED)

    assert books.decide(void(USED), void(USED, "v-2")) == [Outcome.APPLIED, Outcome.APPLIED]
    assert books.decide(void(USED, "v-3"), void(USED)) == [Outcome.APPLIED, Outcome.DUPLICATE]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]


def test_one_id_for_two_voids_is_a_conflict() -> None:
    books = charged(USED, call("c-2"))

    assert books.decide(void(USED), void(call("c-2"))) == [Outcome.APPLIED, Reason.CONFLICT]


@pytest.mark.parametrize("turned", [False, True])
def test_a_void_meets_its_usage_in_the_same_batch_whichever_comes_first(turned: bool) -> None:
    books = ledger(lot(1, 9 * UNIT))
    batch: list[Decoded] = [USED, void(USED)]

    outcomes = books.decide(*(batch[::-1] if turned else batch))

    assert sorted(outcomes) == [Outcome.APPLIED, Outcome.CHARGED]
    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]
    assert not books.account.pending_revisions


def test_a_correction_returns_and_charges_in_one_step_at_the_price_of_its_own_start() -> None:
    books = charged(USED)
    corrected = call(duration_s=60, started_s=NOW_S - 3 * DAY_S, number="4912345678")

    assert books.decide(correction(USED, corrected)) == [Outcome.APPLIED]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3), (CORRECTED_CALL, -1)]
    before, _, after = books.entries
    assert after.event_key == revision_key(USED.key, 2)
    assert (after.day, after.started_s) == (before.day, corrected.started_s)
    assert (after.number, after.content_hash) == (4912345678, corrected.content_hash)
    assert books.texts[-1].event_id == USED.event_id


def test_a_correction_may_be_corrected_and_then_voided() -> None:
    books = charged(USED)

    books.decide(correction(USED, call(duration_s=60)), correction(USED, call(duration_s=300), "k-2"))
    books.decide(void(USED))

    kinds = [USAGE_CALL, USAGE_RETURNED, CORRECTED_CALL, USAGE_RETURNED, CORRECTED_CALL, USAGE_RETURNED]
    assert books.booked() == list(zip(kinds, [-3, 3, -1, 1, -5, 5], strict=True))
    assert books.left() == {1: 9 * UNIT}


def test_a_call_may_turn_out_to_have_been_a_conference() -> None:
    books = charged(USED)

    books.decide(correction(USED, conference(leg(), leg(duration_s=120))))
    books.decide(void(USED))

    assert [kind for kind, _ in books.booked()] == [
        USAGE_CALL, USAGE_RETURNED, CORRECTED_CONFERENCE, USAGE_RETURNED,
    ]  # fmt: skip
    assert [one.amount_micros // UNIT for one in books.lines] == [-1, -2, 1, 2]
    assert not books.entries[1].codes & HAS_LINES
    assert books.entries[3].codes & HAS_LINES


def test_a_correction_of_a_voided_usage_is_a_conflict_and_changes_nothing() -> None:
    books = charged(USED)

    assert books.decide(void(USED), correction(USED, call())) == [Outcome.APPLIED, Reason.CONFLICT]

    assert books.booked() == [(USAGE_CALL, -3), (USAGE_RETURNED, 3)]


@pytest.mark.parametrize(
    ("corrected", "reason"),
    [
        pytest.param(call(number="33123456789"), Reason.UNRATED, id="no tariff"),
        pytest.param(call(duration_s=DAY_S + 1), Reason.IMPLAUSIBLE, id="too long"),
        pytest.param(call(started_s=NOW_S - 63 * DAY_S), Reason.TOO_OLD, id="of a closed day"),
        pytest.param(call(started_s=NOW_S + 301), Reason.IN_FUTURE, id="of a time to come"),
    ],
)
def test_a_correction_that_cannot_be_charged_is_parked_whole(corrected: Usage, reason: Reason) -> None:
    books = charged(USED)

    assert books.decide(correction(USED, corrected)) == [reason]

    assert books.booked() == [(USAGE_CALL, -3)]


@pytest.mark.parametrize(
    ("corrected", "deck", "field"),
    [
        pytest.param(call(number="33123456789"), "standard", "data.corrected.rated_number", id="its own"),
        pytest.param(call(), "gone", "data.tenant_id", id="that of the whole event"),
    ],
)
def test_a_refused_correction_names_the_field(corrected: Usage, deck: str, field: str) -> None:
    books = charged(USED)
    books.account = books.account._replace(rate_deck=deck)

    refused = outcome(decided(books.facts(), correction(USED, corrected)))

    assert isinstance(refused, Rejection)
    assert refused.field == field


@pytest.mark.parametrize(
    ("started_s", "reason"),
    [(NOW_S - 63 * DAY_S, Reason.TOO_OLD), (NOW_S + 301, Reason.IN_FUTURE)],
)
def test_a_void_of_a_day_that_is_not_open_is_parked(started_s: int, reason: Reason) -> None:
    books = charged(USED)

    assert books.decide(void(USED, started_s=started_s)) == [reason]
    assert not books.pending


@pytest.mark.parametrize("turned_up", [void(USED), correction(USED, call(duration_s=120))])
def test_what_would_lift_the_balance_beyond_the_range_waits(turned_up: Event) -> None:
    books = charged(USED, lots=(lot(1, LARGEST_MICROS),))
    assert books.decide(event(credit(2 * UNIT), "e-9")) == [Outcome.APPLIED]

    assert books.decide(turned_up) == [Reason.OUT_OF_RANGE]

    assert books.account.balance_micros == LARGEST_MICROS - UNIT
    assert books.decide(call("c-9"), void(USED, "v-9")) == [Outcome.CHARGED, Reason.OUT_OF_RANGE]
    assert books.decide(call("c-8"), void(USED, "v-8")) == [Outcome.CHARGED, Outcome.APPLIED]


def test_a_resend_of_the_original_stays_a_duplicate_and_other_content_a_conflict() -> None:
    books = charged(USED)
    books.decide(correction(USED, call(duration_s=60)))
    books.decide(void(USED))

    assert books.decide(USED, call(duration_s=60)) == [Outcome.DUPLICATE, Reason.CONFLICT]
