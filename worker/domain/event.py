"""Account and payment events, decoded and valid; amounts in micros, times in Unix seconds."""

from dataclasses import dataclass

from worker.domain.identity import Identity


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
class RechargeCompleted:
    """The payment service took the money."""

    recharge_id: str
    payment_id: str
    amount_micros: int
    currency: str
    paid_s: int


@dataclass(frozen=True, slots=True)
class RechargeFailed:
    """The payment service could not take the money: `declined` or `unavailable`."""

    recharge_id: str
    attempt: int
    outcome: str
    code: str
    message: str
    retry: str | None


AccountBody = AccountOpened | AccountChanged | StatusSet | AutoRechargeSet | CreditAdded
PaymentBody = RechargeCompleted | RechargeFailed


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the accounts or payments topic; `occurred_s` is its own time."""

    identity: Identity
    occurred_s: int
    body: AccountBody | PaymentBody
