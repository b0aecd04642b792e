"""What is decided about an account; amounts in micros, times in Unix seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """A tenant gets an account; the currency is for ever."""

    currency: str
    timezone: str
    rate_deck: str
    name: str
    credit_limit_micros: int


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """Some settings change; None leaves one as it is."""

    rate_deck: str | None
    credit_limit_micros: int | None
    currency: str | None
    name: str | None
    timezone: str | None


@dataclass(frozen=True, slots=True)
class StatusSet:
    """The account is `active`, `suspended` or `closed` from now on."""

    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class AutoRechargeSet:
    """All settings of auto-recharge at once; `currency` is None when nothing in it is money."""

    enabled: bool
    currency: str | None
    trigger_micros: int | None
    amount_micros: int | None
    target_micros: int | None
    max_units: int
    monthly_cap_micros: int | None
    daily_count: int
    cooldown_s: int


@dataclass(frozen=True, slots=True)
class CreditAdded:
    """Money that came another way than by a request; `expires_s` None: as the kind says."""

    payment_id: str
    amount_micros: int
    currency: str
    kind: str
    paid_s: int
    expires_s: int | None


@dataclass(frozen=True, slots=True)
class CreditRequested:
    """The administrator asks for credit by hand: the payment service is asked for it."""

    request_id: str
    amount_micros: int
    currency: str
    requested_by: str | None


@dataclass(frozen=True, slots=True)
class PaymentMethodSet:
    """How recharges are paid; None: as the payment service thinks best."""

    payment_method: str | None
    label: str | None


@dataclass(frozen=True, slots=True)
class AllowanceSet:
    """A bundle of minutes for the whole local month of `effective_s` and after; 0 minutes end it.

    Empty tuples do not restrict, but `number_types` always names some.
    """

    name: str
    minutes: int
    services: tuple[str, ...]
    number_types: tuple[str, ...]
    prefixes: tuple[str, ...]
    except_prefixes: tuple[str, ...]
    origins: tuple[str, ...]
    effective_s: int


@dataclass(frozen=True, slots=True)
class AlertsSet:
    """The levels at which a falling balance makes a notice; all of them at once."""

    levels_micros: tuple[int, ...]
    currency: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The balance is moved by hand; a negative amount is a debit."""

    adjustment_id: str
    amount_micros: int
    currency: str
    kind: str
    description: str
    by: str


AccountBody = (
    AccountOpened
    | AccountChanged
    | StatusSet
    | AutoRechargeSet
    | CreditAdded
    | CreditRequested
    | PaymentMethodSet
    | AllowanceSet
    | AlertsSet
    | Adjusted
)
