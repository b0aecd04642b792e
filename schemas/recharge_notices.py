"""Notices about recharges: what administrators must know or do, and what a person should look at."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from schemas.fields import Attempt, Identifier, Money, PositiveMoney, SignedMoney, Text, Time, Url
from schemas.notices import BalanceNotice


class RechargeNotice(BalanceNotice):
    """What every notice about one request carries."""

    recharge_id: Identifier
    amount: PositiveMoney
    """What was asked for."""


class RechargeSuppressedData(BalanceNotice):
    """A recharge was due or asked for, and none was requested; once a reason."""

    reason: Literal["monthly_cap", "daily_count", "cooldown", "below_minimum", "too_many_by_hand"]
    """`below_minimum`: what the cap leaves; `too_many_by_hand`: five requests by hand are open."""
    trigger: NotRequired[SignedMoney | None]
    amount: NotRequired[PositiveMoney | None]
    """What would have been asked for."""
    monthly_cap: NotRequired[Money | None]
    counted: NotRequired[Money | None]
    """What recharges of this month add up to."""
    reopens_at: NotRequired[Time | None]
    """When it asks by itself."""
    request_id: NotRequired[Identifier | None]
    """Of the request by hand."""


class RechargeDeclinedData(RechargeNotice):
    """The payment service could not take the money."""

    reason: Literal["declined", "unavailable"]
    code: Text
    """The payment service's own code."""
    message: NotRequired[Text | None]
    attempt: NotRequired[Attempt | None]
    declines: NotRequired[Annotated[int, Field(ge=1)] | None]
    """How many in a row."""
    asks_again_at: NotRequired[Time | None]
    """With a new recharge id; absent when it waits for credit, settings or a payment method."""


class RechargeActionRequiredData(RechargeNotice):
    """The payment waits for the administrator."""

    reason: Literal["requires_action"]
    action_url: NotRequired[Url | None]
    """Where to do what it needs."""
    answer_by: Time
    """Until when."""


class RechargeExpiredData(RechargeNotice):
    """A request ended without an answer; a late payment is credited all the same."""

    reason: Literal["no_answer", "pending_too_long"]
    attempts: Annotated[int, Field(ge=1)]
    """How often it was asked for."""
    expires_at: Time
    """When it ended."""


class RechargeStoppedData(BalanceNotice):
    """Auto-recharge asks no more until a purchase, new settings or a new payment method."""

    reason: Literal["declined_repeatedly", "retry_never", "dispute", "refund"]
    trigger: NotRequired[SignedMoney | None]
    recharge_id: NotRequired[Identifier | None]
    """Of the request that was declined last."""
    reversal_id: NotRequired[Identifier | None]
    """Of the dispute or refund."""


class RechargeFlaggedData(BalanceNotice):
    """Money was credited, and a person should look at why."""

    reason: Literal["other_amount", "unknown_request", "late"]
    """`late`: the request had expired, was declined or cancelled."""
    recharge_id: Identifier
    payment_id: NotRequired[Identifier | None]
    amount: PositiveMoney
    """What was credited."""
    requested: NotRequired[PositiveMoney | None]
    """What was asked for; absent when the request is unknown."""


class RechargeInvalidData(BalanceNotice):
    """Settings of auto-recharge no longer work, because a limit has changed; they stay until replaced."""

    reason: Literal[
        "finer_than_minor_unit",
        "amount_below_minimum",
        "amount_above_maximum",
        "amount_off_step",
        "trigger_at_or_below_depletion",
        "target_too_near_trigger",
        "cap_below_amount",
    ]
    field: Literal["trigger", "amount", "target", "monthly_cap"]
    """Which setting."""
    value: SignedMoney
    """What it is."""
    nearest: NotRequired[SignedMoney | None]
    """The nearest that works."""
