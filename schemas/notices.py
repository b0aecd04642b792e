"""Notices: what people are told about balance, credit and bundles, for whatever mailer there is.

Each says what changed, the figures at that moment and, as `reason`, a code for why. Those about recharges are
in `recharge_notices`.
"""

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from schemas.envelope import OfTenant
from schemas.fields import (
    Balance,
    Currency,
    Identifier,
    Minutes,
    Money,
    Month,
    PositiveMoney,
    SignedMoney,
    Time,
    UsedS,
)
from schemas.payments import ChargedMoney, Invoice


class BalanceNotice(OfTenant):
    """What every notice about money carries."""

    currency: Currency
    balance: Balance
    """After what happened."""


class BalanceLowData(BalanceNotice):
    """The balance fell through an alert level; each level has a notice of its own."""

    reason: Literal["level_crossed"]
    level: SignedMoney
    """The alert level."""
    credit_limit: Money


class BalanceDepletedData(BalanceNotice):
    """The balance reached minus the credit limit: calls that money would pay are refused from now on."""

    reason: Literal["limit_reached"]
    credit_limit: Money


class BalanceRestoredData(BalanceNotice):
    """The balance is above minus the credit limit again."""

    reason: Literal["above_limit"]
    credit_limit: Money


class CreditAddedNoticeData(BalanceNotice):
    """Credit was added."""

    reason: Literal["purchase", "promotion", "adjustment", "reinstated"]
    """A purchase with a recharge id is the answer to a request."""
    amount: PositiveMoney
    payment_id: NotRequired[Identifier | None]
    recharge_id: NotRequired[Identifier | None]
    adjustment_id: NotRequired[Identifier | None]
    reversal_id: NotRequired[Identifier | None]
    """Of the reversal whose money has come back."""
    expires_at: NotRequired[Time | None]
    """Absent when the credit does not expire."""
    invoice: NotRequired[Invoice | None]
    charged: NotRequired[ChargedMoney | None]


class CreditReversedData(BalanceNotice):
    """Money went back to whoever paid it."""

    reason: Literal["refund", "dispute"]
    amount: PositiveMoney
    """All of it; part of it may now be debt."""
    payment_id: Identifier
    reversal_id: Identifier


class CreditExpiringData(BalanceNotice):
    """Credit will soon expire."""

    reason: Literal["expires_soon"]
    amount: PositiveMoney
    """What is left of it."""
    expires_at: Time
    days: Annotated[int, Field(ge=1, le=366)]
    """Days of warning: 30, then 7."""
    payment_id: NotRequired[Identifier | None]


class CreditExpiredData(BalanceNotice):
    """What was left of a credit is forfeited."""

    reason: Literal["expired", "account_closed"]
    """Closing an account forfeits its promotions."""
    amount: PositiveMoney
    """What was forfeited."""
    expires_at: NotRequired[Time | None]
    """When it expired; absent when the account was closed."""
    payment_id: NotRequired[Identifier | None]


class AllowanceNotice(OfTenant):
    """What every notice about a bundle carries."""

    allowance: Identifier
    """The bundle's name."""
    minutes: Minutes
    """Its size in this month."""
    used_s: UsedS
    """Whole seconds used in this month."""
    month: Month


class AllowanceUsedData(AllowanceNotice):
    """A bundle is nearly or wholly used up."""

    reason: Literal["mostly_used", "used_up"]
    """80 and 100 per cent."""
    renews_at: Time


class AllowanceRenewedData(AllowanceNotice):
    """A bundle that was used up pays again."""

    reason: Literal["new_month", "resized", "given_back"]
    """`given_back`: usage that it had paid for was voided or corrected."""
