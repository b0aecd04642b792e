from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    armed,
    auto_recharge,
    call,
    credit,
    decided,
    event,
    facts,
    funded,
    messages,
    outcome,
    request,
    row,
)
from worker.domain.account import LARGEST_MICROS
from worker.domain.calendar import Timezones
from worker.domain.draft import Draft, Outcome
from worker.domain.event import AccountOpened, StatusSet
from worker.domain.expiry import purchase_expires_s
from worker.domain.lot import NEVER_S
from worker.domain.message import AccountState, Notice, RechargeCancelled, RechargeRequested
from worker.domain.rejection import Reason, Rejection

OPENED = AccountOpened("USD", "UTC", "standard", "Acme", 0)
NEW = facts(new_account_ids={"acme": 5})


def reason(draft: Draft, index: int = 0) -> Reason:
    refused = outcome(draft, index)
    assert isinstance(refused, Rejection)
    return refused.reason


def test_an_account_opens_empty_depleted_and_says_so() -> None:
    draft = decided(NEW, event(OPENED))

    account = draft.accounts["acme"].after()
    assert (account.account_id, account.balance_micros, account.depleted) == (5, 0, True)
    assert len(messages(draft, AccountState)) == 1
    assert messages(draft, Notice) == []


def test_with_a_credit_limit_it_opens_able_to_call() -> None:
    draft = decided(NEW, event(AccountOpened("USD", "UTC", "standard", "Acme", UNIT)))

    assert not draft.accounts["acme"].row.depleted
    assert messages(draft, Notice) == []


def test_opened_again_with_the_same_content_is_nothing_and_with_other_content_a_conflict() -> None:
    other = AccountOpened("EUR", "UTC", "standard", "Acme", 0)

    draft = decided(NEW, event(OPENED, "o-1"), event(OPENED, "o-2"), event(other, "o-3"))

    assert outcome(draft, 1) is Outcome.DUPLICATE
    assert reason(draft, 2) is Reason.CONFLICT
    assert draft.accounts["acme"].row.currency == "USD"


def test_opening_money_settings_and_usage_of_one_batch_are_taken_in_that_order() -> None:
    draft = decided(
        NEW, call(), event(OPENED, "o-1"), event(credit(9 * UNIT), "c-1"), event(auto_recharge(), "r-1")
    )

    assert draft.accounts["acme"].balance == 8 * UNIT
    (asked,) = messages(draft, RechargeRequested)
    assert asked.recharge.balance_micros == 8 * UNIT


def test_an_event_that_came_before_has_no_effect_and_with_other_content_is_a_conflict() -> None:
    known = event(credit(UNIT))
    seen = {(1, known.identity.key): known.identity.content_hash}

    draft = decided(facts(row(), known_events=seen), known, event(credit(2 * UNIT)))

    assert outcome(draft) is Outcome.DUPLICATE
    assert reason(draft, 1) is Reason.CONFLICT
    assert draft.entries == []


def test_refused_settings_leave_the_old_ones_and_are_remembered() -> None:
    wanted = event(auto_recharge(trigger_micros=0))

    draft = decided(facts(armed(50 * UNIT)), wanted)

    assert reason(draft) is Reason.POLICY_IMPOSSIBLE
    assert draft.accounts["acme"].row.trigger_micros == 10 * UNIT
    assert draft.events == {(1, wanted.identity.key): wanted.identity.content_hash}


def test_what_waits_for_a_person_is_not_remembered_as_done() -> None:
    draft = decided(facts(row()), event(credit(UNIT, currency="EUR")))

    assert reason(draft) is Reason.CURRENCY
    assert draft.events == {}


def test_case_12_enabling_below_the_trigger_asks_at_once() -> None:
    draft = decided(facts(funded(5 * UNIT)), event(auto_recharge()))

    (asked,) = messages(draft, RechargeRequested)
    assert (asked.recharge.amount_micros, asked.recharge.trigger_micros) == (20 * UNIT, 10 * UNIT)


def test_new_settings_leave_the_open_request_as_it_is() -> None:
    waiting = armed(5 * UNIT, open_recharge_id="r-1")

    draft = decided(facts(waiting, recharges=[request("r-1")]), event(auto_recharge(amount_micros=90 * UNIT)))

    assert (draft.recharges, messages(draft, RechargeRequested)) == ({}, [])


def test_suspending_cancels_the_open_request_and_asks_no_more() -> None:
    waiting = armed(5 * UNIT, open_recharge_id="r-1")

    draft = decided(
        facts(waiting, recharges=[request("r-1")]), event(StatusSet("suspended", "fraud")), call()
    )

    assert draft.recharges["r-1"].state == "cancelled"
    assert messages(draft, RechargeCancelled) == [RechargeCancelled("r-1", "suspended")]
    assert messages(draft, RechargeRequested) == []
    assert draft.accounts["acme"].balance == 4 * UNIT


def test_activated_again_below_the_trigger_it_asks_again() -> None:
    draft = decided(facts(armed(5 * UNIT, status="suspended")), event(StatusSet("active", "paid")))

    assert len(messages(draft, RechargeRequested)) == 1


def test_a_dip_that_ends_within_a_batch_is_not_announced() -> None:
    draft = decided(facts(armed(11 * UNIT)), call(duration_s=11 * 60), event(credit(20 * UNIT)))

    assert [one.name for one in messages(draft, Notice)] == ["credit.added"]
    assert messages(draft, RechargeRequested) == []


def test_a_purchase_expires_and_a_promotion_does_not() -> None:
    draft = decided(
        facts(row()), event(credit(UNIT), "c-1"), event(credit(UNIT, "p-2", kind="promotion"), "c-2")
    )

    purchase, promotion = sorted(draft.accounts["acme"].changed_lots(), key=lambda one: one.number)
    assert purchase.expires_s < promotion.expires_s == NEVER_S
    assert draft.accounts["acme"].lot_number == purchase.number


def test_a_purchase_lasts_from_its_payment_however_late_it_is_booked() -> None:
    paid_s = NOW_S - 40 * DAY_S

    draft = decided(facts(row()), event(credit(UNIT, paid_s=paid_s), "c-1"))

    (lot,) = draft.accounts["acme"].changed_lots()
    assert (lot.paid_s, lot.expires_s) == (paid_s, purchase_expires_s(paid_s, Timezones("UTC")))


def test_a_payment_is_credited_once_whatever_event_brings_it() -> None:
    draft = decided(
        facts(row()), event(credit(UNIT), "c-1"), event(credit(UNIT), "c-2"), event(credit(9), "c-3")
    )

    assert (outcome(draft, 1), reason(draft, 2)) == (Outcome.DUPLICATE, Reason.CONFLICT)
    assert draft.accounts["acme"].balance == UNIT


def test_more_money_than_an_account_holds_waits() -> None:
    full = funded(LARGEST_MICROS - UNIT)

    assert reason(decided(facts(full), event(credit(UNIT + 1)))) is Reason.OUT_OF_RANGE
    assert outcome(decided(facts(full), event(credit(UNIT)))) is Outcome.APPLIED


def test_messages_of_a_tenant_rise_even_when_the_clock_goes_back() -> None:
    ahead = 9 * 10**15
    draft = decided(facts(armed(11 * UNIT, sequence=ahead)), call(duration_s=20 * 60))

    assert [one.sequence - ahead for one in draft.messages] == [1, 2, 3]
