"""Payments that go back, and what the next decision is given after that."""

from typing import Any

from tests.unit.domain.deciding import facts, outcome
from worker.domain.draft import Draft
from worker.domain.event import PaymentReinstated, PaymentReversed
from worker.domain.facts import Facts
from worker.domain.rejection import Reason, Rejection

WON = PaymentReinstated("r-1")


def back(micros: int, **given: Any) -> PaymentReversed:  # noqa: ANN401 -- any field
    """Payment p-1 goes back."""
    plain: dict[str, Any] = {"payment_id": "p-1", "reversal_id": "r-1", "currency": "USD", "kind": "refund"}
    return PaymentReversed(**plain | {"amount_micros": micros, "reason": "asked for"} | given)


def after(draft: Draft, **given: Any) -> Facts:  # noqa: ANN401 -- any fact
    """What the next decision is given."""
    account = draft.accounts["acme"]
    known_now = {"reversals": draft.reversals} | given
    return facts(account.after(), lots={1: account.current_lots()}, **known_now)


def reason(draft: Draft, index: int = 0) -> tuple[Reason, str]:
    refused = outcome(draft, index)
    assert isinstance(refused, Rejection), refused
    return refused.reason, refused.field


def money(draft: Draft) -> tuple[int, int]:
    """The balance and the debt."""
    return draft.accounts["acme"].balance, draft.accounts["acme"].debt
