"""Account and payment events: checked data to the domain's events."""

from collections.abc import Callable, Mapping
from typing import Final

from worker.codec.canonical import event_hash
from worker.codec.envelope import CheckedEvent, refuse
from worker.codec.fields import (
    Data,
    FieldError,
    above_zero,
    known_currency,
    known_zone,
    micros,
    moment,
    paid_at,
    whole_minor,
)
from worker.domain.event import (
    AccountBody,
    AccountChanged,
    AccountOpened,
    AutoRechargeSet,
    CreditAdded,
    Event,
    PaymentBody,
    RechargeCompleted,
    RechargeFailed,
    StatusSet,
)
from worker.domain.identity import Identity, hashed_key
from worker.domain.rejection import Reason, Refused, Rejection

Body = AccountBody | PaymentBody


def read_account_event(event: CheckedEvent, arrived_s: int) -> Event | Refused:
    """Read an event of the accounts or payments topic, or refuse it with its identity."""
    try:
        occurred_s = moment("time", event.time) if event.time else arrived_s
        digest = event_hash(event.contract.event_type, event.data)
        identity = identity_of(event, digest)
        build = BODIES.get(event.contract.event_type)
        if build is None:
            return not_yet(event, identity)
        return Event(identity, occurred_s, build(event.data, occurred_s))
    except FieldError as error:
        return refuse(Reason.SCHEMA_INVALID, error.field, error.detail)
    except ValueError:
        return refuse(Reason.SCHEMA_INVALID, "data", "holds a date or time that does not exist")


def identity_of(event: CheckedEvent, digest: int) -> Identity:
    """Name an event by who says so and under which id."""
    key = hashed_key(event.source, event.event_id)
    return Identity(event.data["tenant_id"], event.source, event.event_id, key, digest)


def not_yet(event: CheckedEvent, identity: Identity) -> Refused:
    """Keep a valid event whose effect this version does not have."""
    detail = f"{event.contract.event_type} has no effect in this version: kept until one has"
    return Refused(Rejection(Reason.NOT_YET, "type", detail), identity)


def opened(data: Data, _occurred_s: int) -> AccountOpened:
    """Read `account.opened`."""
    known_zone(data["timezone"])
    limit = whole_minor(data, "credit_limit", known_currency(data["currency"]))
    name = data.get("name") or ""
    return AccountOpened(data["currency"], data["timezone"], data["rate_deck"], name, limit or 0)


def changed(data: Data, _occurred_s: int) -> AccountChanged:
    """Read `account.changed`."""
    if data.get("timezone") is not None:
        known_zone(data["timezone"])
    currency = data.get("currency")
    limit = whole_minor(data, "credit_limit", known_currency(currency)) if currency else None
    return AccountChanged(data.get("rate_deck"), limit, currency, data.get("name"), data.get("timezone"))


def status_set(data: Data, _occurred_s: int) -> StatusSet:
    """Read `account.status_set`."""
    return StatusSet(data["status"], data["reason"])


def auto_recharge_set(data: Data, _occurred_s: int) -> AutoRechargeSet:
    """Read `account.auto_recharge_set`; whether the settings can work is the domain's question."""
    currency = data.get("currency")
    if currency is not None:
        known_currency(currency)

    def default(name: str, value: int) -> int:
        given = data.get(name)
        return value if given is None else int(given)

    return AutoRechargeSet(
        enabled=data["enabled"],
        currency=currency,
        trigger_micros=micros(data, "trigger"),
        amount_micros=micros(data, "amount"),
        target_micros=micros(data, "target"),
        max_units=default("max_units", 1),
        monthly_cap_micros=micros(data, "monthly_cap"),
        daily_count=default("daily_count", 5),
        cooldown_s=default("cooldown_s", 0),
    )


def credit_added(data: Data, occurred_s: int) -> CreditAdded:
    """Read `account.credit_added`; only a promotion may be finer than the minor unit."""
    currency = known_currency(data["currency"])
    is_purchase = data["kind"] == "purchase"
    amount = whole_minor(data, "amount", currency) if is_purchase else micros(data, "amount")
    expires = data.get("expires_at")
    return CreditAdded(
        payment_id=data["payment_id"],
        amount_micros=above_zero("amount", amount),
        currency=currency,
        kind=data["kind"],
        paid_s=paid_at(data, occurred_s),
        expires_s=moment("data.expires_at", expires) if expires else None,
    )


def completed(data: Data, occurred_s: int) -> RechargeCompleted:
    """Read `recharge.completed`; what was charged with tax is shown and never booked."""
    currency = known_currency(data["currency"])
    return RechargeCompleted(
        recharge_id=data["recharge_id"],
        payment_id=data["payment_id"],
        amount_micros=above_zero("amount", whole_minor(data, "amount", currency)),
        currency=currency,
        paid_s=paid_at(data, occurred_s),
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


BODIES: Final[Mapping[str, Callable[[Data, int], Body]]] = {
    "talktime.account.opened.v1": opened,
    "talktime.account.changed.v1": changed,
    "talktime.account.status_set.v1": status_set,
    "talktime.account.auto_recharge_set.v1": auto_recharge_set,
    "talktime.account.credit_added.v1": credit_added,
    "talktime.recharge.completed.v1": completed,
    "talktime.recharge.failed.v1": failed,
}
