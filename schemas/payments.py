"""Payments: what the payment service answers, any number of times and in any order.

Nobody else may write these: a forged `completed` is minted money.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from schemas.envelope import OfTenant
from schemas.fields import Attempt, Currency, Identifier, Money, PositiveMoney, Text, Time, Url


class Invoice(TypedDict):
    """The payment service's invoice."""

    number: NotRequired[Text | None]
    url: NotRequired[Url | None]


class ChargedMoney(TypedDict):
    """What the tenant paid, tax included: shown, never booked."""

    amount: Money
    tax: NotRequired[Money | None]
    """What of the amount is tax."""
    currency: Currency


class PendingData(OfTenant):
    """A payment is under way: the request waits, and this is no decline."""

    recharge_id: Identifier
    status: Literal["processing", "requires_action"]
    answer_by: Time
    """Until when the request waits for its end."""
    action_url: NotRequired[Url | None]
    """Where the administrator can do what the payment needs."""


class CompletedData(OfTenant):
    """The money has come: it is credited once, whenever this arrives."""

    recharge_id: Identifier
    payment_id: Identifier
    """Unique within the tenant for ever."""
    amount: PositiveMoney
    """The credit granted; whole minor units of the currency."""
    currency: Currency
    paid_at: NotRequired[Time | None]
    """When the money came; the event's time when absent."""
    invoice: NotRequired[Invoice | None]
    charged: NotRequired[ChargedMoney | None]


class FailedData(OfTenant):
    """No money has come."""

    recharge_id: Identifier
    attempt: Attempt
    """The attempt of the request that this answers."""
    outcome: Literal["declined", "unavailable"]
    """`declined` is final for the recharge id, `unavailable` is not."""
    code: Text
    """The payment service's own code."""
    message: Text
    retry: NotRequired[Literal["later", "never"] | None]
    """`never` stops auto-recharge."""


class ReversedData(OfTenant):
    """Money has gone back, in full or in part."""

    payment_id: Identifier
    """The payment it came with."""
    reversal_id: Identifier
    """Unique within the tenant for ever."""
    amount: PositiveMoney
    """Whole minor units of the currency; never more than is left of the payment."""
    currency: Currency
    kind: Literal["refund", "dispute"]
    """A dispute stops auto-recharge."""
    reason: Text


class ReinstatedData(OfTenant):
    """A dispute was won: the reversal's money has come back."""

    reversal_id: Identifier
