"""Recharges: what the payment service is asked for."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from schemas.envelope import OfTenant
from schemas.fields import Attempt, Balance, Currency, Identifier, PositiveMoney, SignedMoney, Text, Time


class RequestedData(OfTenant):
    """Asks the payment service for money, once per recharge id whatever the attempt."""

    recharge_id: Identifier
    """The idempotency key, for ever: the first request with an id fixes its amount."""
    amount: PositiveMoney
    """What to add: units times unit_amount, in whole minor units of the currency."""
    currency: Currency
    units: Annotated[int, Field(ge=1, le=10_000)]
    """How many times the unit amount; 1 where the settings name a target, and by hand."""
    unit_amount: PositiveMoney
    reason: Literal["trigger", "manual"]
    """`trigger`: the balance fell below it; `manual`: the administrator adds credit by hand."""
    request_id: NotRequired[Identifier | None]
    """Of the request by hand."""
    requested_by: NotRequired[Text | None]
    """Who asked by hand."""
    payment_method: NotRequired[Identifier | None]
    """The payment service's own reference; absent = its default."""
    balance: Balance
    """When the request was opened."""
    trigger: NotRequired[SignedMoney | None]
    """The trigger that the balance was below; absent by hand."""
    attempt: Attempt
    requested_at: Time
    """When this attempt was made."""
    answer_by: Time
    """Without an answer by then the same request comes again."""
    expires_at: Time
    """No payment may start after it."""
    description: Text
    """What the invoice may say."""


class CancelledData(OfTenant):
    """Takes a request back; a payment that has already been made is credited all the same."""

    recharge_id: Identifier
    reason: Literal["suspended", "closed"]
    """What became of the account."""
