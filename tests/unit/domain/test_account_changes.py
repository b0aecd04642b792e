import pytest

from tests.unit.domain.deciding import (
    NOW_S,
    UNIT,
    decided,
    event,
    facts,
    funded,
    messages,
    outcome,
    row,
)
from worker.domain.calendar import Timezones, next_month_s
from worker.domain.draft import Draft
from worker.domain.event import AccountChanged
from worker.domain.message import Notice
from worker.domain.rejection import Reason, Rejection


def reason(draft: Draft, index: int = 0) -> Reason:
    refused = outcome(draft, index)
    assert isinstance(refused, Rejection)
    return refused.reason


def test_a_change_leaves_what_it_does_not_name() -> None:
    draft = decided(
        facts(funded(UNIT, name="Acme")), event(AccountChanged(None, 5 * UNIT, "USD", None, "Asia/Tokyo"))
    )

    changed = draft.accounts["acme"].row
    assert (changed.name, changed.rate_deck, changed.timezone) == ("Acme", "standard", "Asia/Tokyo")
    unnamed = decided(facts(changed), event(AccountChanged(None, None, None, "Acme Inc", None)))
    assert unnamed.accounts["acme"].row.timezones == changed.timezones
    assert changed.credit_limit_micros == 5 * UNIT


@pytest.mark.parametrize(
    ("before_turn_s", "months"),
    [
        pytest.param(301, 0, id="usage that may come already is of this month"),
        pytest.param(300, 1, id="usage of the next month may have come"),
    ],
)
def test_another_timezone_holds_from_the_next_month_that_no_usage_can_be_of(
    before_turn_s: int, months: int
) -> None:
    turn_s = next_month_s(Timezones("UTC"), NOW_S)
    now_s = turn_s - before_turn_s
    known = facts(row(), now_s=now_s, now_us=now_s * 1_000_000)

    draft = decided(known, event(AccountChanged(None, None, None, None, "Asia/Tokyo")))

    ends_s = turn_s if months == 0 else next_month_s(Timezones("UTC"), turn_s)
    assert draft.accounts["acme"].row.timezones == Timezones("Asia/Tokyo", f"UTC@{ends_s}")


def test_a_limit_in_another_currency_changes_nothing() -> None:
    draft = decided(facts(row()), event(AccountChanged("other", 5 * UNIT, "EUR", None, None)))

    assert reason(draft) is Reason.CURRENCY
    assert draft.accounts["acme"].row.rate_deck == "standard"


def test_a_credit_limit_restores_and_its_loss_depletes() -> None:
    raised = decided(facts(row()), event(AccountChanged(None, UNIT, "USD", None, None)))
    lowered = decided(
        facts(row(credit_limit_micros=UNIT, depleted=False)),
        event(AccountChanged(None, 0, "USD", None, None)),
    )

    assert [one.name for one in messages(raised, Notice)] == ["balance.restored"]
    assert [one.name for one in messages(lowered, Notice)] == ["balance.depleted"]
