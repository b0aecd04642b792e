"""Messages: what a decision promises to publish; the codec gives them their wire form."""

from dataclasses import dataclass, field

from worker.domain.account import AccountRow
from worker.domain.allowance_state import Standing
from worker.domain.payment_body import NO_RECEIPT, Receipt
from worker.domain.recharge import Recharge


@dataclass(frozen=True, slots=True)
class RechargeRequested:
    """Ask the payment service for money; `asked_s` is when this attempt is made."""

    recharge: Recharge
    asked_s: int


@dataclass(frozen=True, slots=True)
class RechargeCancelled:
    """Tell the payment service that a request is no longer wanted."""

    recharge_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountState:
    """Tell the platform which tenants may place calls."""

    as_of_s: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell people what changed and why, by the contract's names.

    `amounts` are micros, `times` Unix seconds, `facts` stay as they are.
    """

    name: str
    reason: str
    amounts: dict[str, int] = field(default_factory=dict)
    facts: dict[str, str | int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    receipt: Receipt = NO_RECEIPT


@dataclass(frozen=True, slots=True)
class AllowanceNotice:
    """Tell people that a bundle is `used` or `renewed`: its size and use in a month (as 202603)."""

    change: str
    reason: str
    allowance: str
    minutes: int
    used_s: int
    month: int
    renews_s: int | None = None


MessageBody = RechargeRequested | RechargeCancelled | AccountState | Notice | AllowanceNotice


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a tenant, in the order given by `sequence`; `account` is as it was at that moment.

    `allowances`: how the bundles stood then, for an account's state.
    """

    account: AccountRow
    sequence: int
    body: MessageBody
    allowances: tuple[Standing, ...] = ()
