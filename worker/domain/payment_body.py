"""What the payment service answers; amounts in micros, times in Unix seconds."""

from dataclasses import dataclass
from typing import Final, NamedTuple

Pairs = tuple[tuple[str, str], ...]


class Receipt(NamedTuple):
    """What people are shown of a payment and nobody books: the contract's fields, each with its text."""

    invoice: Pairs = ()
    charged: Pairs = ()


NO_RECEIPT: Final = Receipt()


@dataclass(frozen=True, slots=True)
class RechargePending:
    """A payment is under way: `processing`, or `requires_action` of the administrator."""

    recharge_id: str
    status: str
    answer_by_s: int
    action_url: str | None


@dataclass(frozen=True, slots=True)
class RechargeCompleted:
    """The payment service took the money."""

    recharge_id: str
    payment_id: str
    amount_micros: int
    currency: str
    paid_s: int
    receipt: Receipt = NO_RECEIPT


@dataclass(frozen=True, slots=True)
class RechargeFailed:
    """The payment service could not take the money: `declined` or `unavailable`."""

    recharge_id: str
    attempt: int
    outcome: str
    code: str
    message: str
    retry: str | None


@dataclass(frozen=True, slots=True)
class PaymentReversed:
    """Money has gone back to whoever paid it: `refund` or `dispute`."""

    payment_id: str
    reversal_id: str
    amount_micros: int
    currency: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentReinstated:
    """A dispute was won: the reversal's money has come back."""

    reversal_id: str


PaymentBody = RechargePending | RechargeCompleted | RechargeFailed | PaymentReversed | PaymentReinstated
