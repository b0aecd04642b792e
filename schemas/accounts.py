"""Accounts: what the platform and the tenant's administrator decide about an account."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from schemas.envelope import OfTenant
from schemas.fields import (
    AccountStatus,
    AllowanceName,
    Currency,
    Identifier,
    Levels,
    Minutes,
    Money,
    NonZeroMoney,
    NumberTypes,
    Origins,
    PositiveMoney,
    Prefixes,
    Services,
    SignedMoney,
    Text,
    Time,
    Timezone,
)


class OpenedData(OfTenant):
    """Opens an account; usage that waited for it is charged."""

    currency: Currency
    """The account's one currency, for ever."""
    timezone: Timezone
    """Where the tenant's days and months turn."""
    rate_deck: Identifier
    """The name of the rate deck that prices the account's usage."""
    name: NotRequired[Text | None]
    credit_limit: NotRequired[Annotated[Money | None, Field(json_schema_extra={"default": "0"})]]
    """How far below 0 the balance may be before the account is depleted; whole minor units; 0 when absent."""


class ChangedData(OfTenant):
    """Changes what it names, at least one, and leaves the rest."""

    rate_deck: NotRequired[Identifier | None]
    """The name of the rate deck that prices usage from now on."""
    credit_limit: NotRequired[Money | None]
    """Whole minor units of the currency, which must be given with it."""
    currency: NotRequired[Currency | None]
    """The currency of the credit limit."""
    name: NotRequired[Text | None]
    timezone: NotRequired[Timezone | None]
    """Holds from the next month of the old one."""


class StatusSetData(OfTenant):
    """Suspends, closes or reopens an account; usage is charged all the same."""

    status: AccountStatus
    reason: Text


class AutoRechargeSetData(OfTenant):
    """Replaces all settings of auto-recharge. Amounts are whole minor units of the currency."""

    enabled: bool
    """Whether to ask for recharges at all."""
    trigger: NotRequired[SignedMoney | None]
    """Ask for a recharge when the balance is strictly below; needed when enabled."""
    amount: NotRequired[Money | None]
    """What one unit of a recharge adds; when enabled exactly one of amount and target is needed."""
    target: NotRequired[SignedMoney | None]
    """What a recharge brings the balance up to."""
    currency: NotRequired[Currency | None]
    """Needed when enabled."""
    max_units: NotRequired[Annotated[int | None, Field(ge=1, le=10_000, json_schema_extra={"default": 1})]]
    """At most so many times the amount in one recharge; 1 when absent."""
    monthly_cap: NotRequired[Money | None]
    """What recharges of one local month may add up to; no cap when absent."""
    daily_count: NotRequired[Annotated[int | None, Field(ge=1, le=10_000, json_schema_extra={"default": 5})]]
    """How many automatic requests one local day may see; 5 when absent."""
    cooldown_s: NotRequired[
        Annotated[int, Field(ge=0, le=2_678_400, json_schema_extra={"default": 0})] | None
    ]
    """Whole seconds from the end of one automatic request to the next, at most 31 days; 0 when absent."""


class CreditAddedData(OfTenant):
    """Books money that came another way than through a recharge request."""

    payment_id: Identifier
    """Unique within the tenant for ever, over recharges too."""
    amount: PositiveMoney
    """A purchase: whole minor units of the currency."""
    currency: Currency
    kind: Literal["purchase", "promotion"]
    """A purchase expires after twelve months and can be reversed; a promotion is given."""
    paid_at: NotRequired[Time | None]
    """When the money came; the event's time when absent."""
    expires_at: NotRequired[Time | None]
    """From when on usage may no longer spend it."""


class CreditRequestedData(OfTenant):
    """The administrator adds credit by hand: the payment service is asked for it."""

    request_id: Identifier
    """Unique within the tenant for ever."""
    amount: PositiveMoney
    """Whole minor units of the currency."""
    currency: Currency
    requested_by: NotRequired[Text | None]
    """Who asked for it."""


class PaymentMethodSetData(OfTenant):
    """Chooses how recharges are paid."""

    payment_method: Identifier | None
    """The payment service's own reference, never card data; null = its default."""
    label: Text | None
    """How people call it."""


class AppliesTo(TypedDict):
    """Which usage a bundle pays for: what each list that is given names; an empty list is as good as none."""

    services: NotRequired[Services | None]
    """Any when absent."""
    number_types: NotRequired[Annotated[NumberTypes | None, Field(json_schema_extra={"default": ["toll"]})]]
    """Only `toll` when absent."""
    prefixes: NotRequired[Prefixes | None]
    """Leading digits of the rated number."""
    except_prefixes: NotRequired[Prefixes | None]
    """Leading digits that are left out of those."""
    origins: NotRequired[Origins | None]
    """Where the caller is; anywhere when absent."""


class AllowanceSetData(OfTenant):
    """Sets a bundle of minutes, for the whole month in which it takes effect and after."""

    allowance: AllowanceName
    """Its name; `none` is no name."""
    minutes: Minutes
    """Whole minutes a period; 0 ends the bundle."""
    period: Literal["calendar_month"]
    """The calendar month of the call's start in the tenant's timezone."""
    applies_to: AppliesTo
    effective_from: NotRequired[Time | None]
    """The event's time when absent."""


class AlertsSetData(OfTenant):
    """Replaces the levels at which a falling balance makes a notice."""

    levels: Levels
    """Whole minor units of the currency; none ends the alerts."""
    currency: Currency


class AdjustedData(OfTenant):
    """Moves the balance by hand, with a line of its own on the statement."""

    adjustment_id: Identifier
    """Unique within the tenant for ever."""
    amount: NonZeroMoney
    """Positive: credit without expiry; negative: a debit."""
    currency: Currency
    kind: Literal["fee", "goodwill", "write_off", "migration"]
    description: Text
    """What the statement says."""
    by: Text
    """Who decided it."""
