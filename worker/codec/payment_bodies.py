"""Payment events: checked data to the domain's values."""

from worker.codec.canonical import DECIMALS
from worker.codec.fields import Data, above_zero, known_currency, moment, paid_at, whole_minor
from worker.domain.event import (
    PaymentReinstated,
    PaymentReversed,
    RechargeCompleted,
    RechargeFailed,
    RechargePending,
)
from worker.domain.micros import format_micros, parse_micros
from worker.domain.payment_body import Pairs, Receipt


def pending(data: Data, _occurred_s: int) -> RechargePending:
    """Read `recharge.pending`."""
    answer_by_s = moment("data.answer_by", data["answer_by"])
    return RechargePending(data["recharge_id"], data["status"], answer_by_s, data.get("action_url"))


def completed(data: Data, occurred_s: int) -> RechargeCompleted:
    """Read `recharge.completed`; what was charged with tax is shown and never booked."""
    currency = known_currency(data["currency"])
    return RechargeCompleted(
        recharge_id=data["recharge_id"],
        payment_id=data["payment_id"],
        amount_micros=above_zero("amount", whole_minor(data, "amount", currency)),
        currency=currency,
        paid_s=paid_at(data, occurred_s),
        receipt=Receipt(_shown(data, "invoice"), _shown(data, "charged")),
    )


def failed(data: Data, _occurred_s: int) -> RechargeFailed:
    """Read `recharge.failed`."""
    return RechargeFailed(
        recharge_id=data["recharge_id"],
        attempt=data["attempt"],
        outcome=data["outcome"],
        code=data["code"],
        message=data["message"],
        retry=data.get("retry"),
    )


def reversed_payment(data: Data, _occurred_s: int) -> PaymentReversed:
    """Read `payment.reversed`."""
    currency = known_currency(data["currency"])
    return PaymentReversed(
        payment_id=data["payment_id"],
        reversal_id=data["reversal_id"],
        amount_micros=above_zero("amount", whole_minor(data, "amount", currency)),
        currency=currency,
        kind=data["kind"],
        reason=data["reason"],
    )


def reinstated(data: Data, _occurred_s: int) -> PaymentReinstated:
    """Read `payment.reinstated`."""
    return PaymentReinstated(data["reversal_id"])


def _shown(data: Data, field: str) -> Pairs:
    """Keep what is only shown, amounts in their one form."""
    given = {name: text for name, text in (data.get(field) or {}).items() if text is not None}
    return tuple(
        (name, format_micros(parse_micros(text)) if name in DECIMALS else text)
        for name, text in given.items()
    )
