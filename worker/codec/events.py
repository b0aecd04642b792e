"""Account and payment events: checked data to the domain's events."""

from collections.abc import Callable, Mapping
from typing import Final

from worker.codec import account_bodies, payment_bodies
from worker.codec.canonical import event_hash
from worker.codec.envelope import CheckedEvent, refuse
from worker.codec.fields import Data, FieldError, moment
from worker.domain.event import AccountBody, Event, PaymentBody
from worker.domain.identity import Identity, hashed_key
from worker.domain.rejection import Reason, Refused

Body = AccountBody | PaymentBody


def read_account_event(event: CheckedEvent, arrived_s: int) -> Event | Refused:
    """Read an event of the accounts or payments topic, or refuse it with its identity."""
    try:
        occurred_s = moment("time", event.time) if event.time else arrived_s
        digest = event_hash(event.contract.event_type, event.data)
        identity = identity_of(event, digest)
        build = BODIES[event.contract.event_type]
        return Event(identity, occurred_s, build(event.data, occurred_s))
    except FieldError as error:
        return refuse(Reason.SCHEMA_INVALID, error.field, error.detail)


def identity_of(event: CheckedEvent, digest: int) -> Identity:
    """Name an event by who says so and under which id."""
    key = hashed_key(event.source, event.event_id)
    return Identity(event.data["tenant_id"], event.source, event.event_id, key, digest)


BODIES: Final[Mapping[str, Callable[[Data, int], Body]]] = {
    "talktime.account.opened.v1": account_bodies.opened,
    "talktime.account.changed.v1": account_bodies.changed,
    "talktime.account.status_set.v1": account_bodies.status_set,
    "talktime.account.auto_recharge_set.v1": account_bodies.auto_recharge_set,
    "talktime.account.credit_added.v1": account_bodies.credit_added,
    "talktime.account.credit_requested.v1": account_bodies.credit_requested,
    "talktime.account.payment_method_set.v1": account_bodies.payment_method_set,
    "talktime.account.allowance_set.v1": account_bodies.allowance_set,
    "talktime.account.alerts_set.v1": account_bodies.alerts_set,
    "talktime.account.adjusted.v1": account_bodies.adjusted,
    "talktime.recharge.pending.v1": payment_bodies.pending,
    "talktime.recharge.completed.v1": payment_bodies.completed,
    "talktime.recharge.failed.v1": payment_bodies.failed,
    "talktime.payment.reversed.v1": payment_bodies.reversed_payment,
    "talktime.payment.reinstated.v1": payment_bodies.reinstated,
}
